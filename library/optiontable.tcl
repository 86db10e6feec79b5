# optiontable.tcl --
#
#      The verbs of the dtsm command and their options: the one table from
#      which the command line is parsed, help is printed (options.tcl) and the
#      manual dtsm(1) is made (tools/manual.tcl).
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

namespace eval ::dtsm::options {
    # verb, arguments, one line.

    variable verbs {
        run     "[option ...] [--] command [arg ...]"
                "run a command traced"
        deps    "[option ...] [--] command [arg ...]"
                "print which packages a command uses"
        policy  "[POLICY]"
                "print a ready policy, or what a file of rules means"
        report  "[option ...] FILE"
                "print a kept map, or a JSON report, in any format"
        stat    "FILE"
                "print the sizes and counters of a kept map"
        check   "FILE"
                "verify a kept map"
        clean   "[option ...]"
                "remove what killed runs left behind"
        help    "[verb]"
                "print this help, or that of a verb"
    }

    # The verbs that run a command.

    variable running {run deps}

    # names, argument, verbs, help.  The first name is the one that a parsed
    # command line has; the others are short for it.  Of an argument A|B|C
    # only these words are accepted.  A row without a verb is a heading.  An
    # empty list of verbs in a row with names: all verbs.

    variable table {
        {} {} {} "Rules"

        --allow P {run}
            "Paths at and below P may be used.  The longest matching rule
            wins; of two rules for the same path, the last."
        --deny P {run}
            "Files at and below P look absent.  Directories stay visible, and
            so do the names in them that lead to directories: a build must be
            able to walk through them to what is allowed further down.  If P
            is a symlink, or lies behind one, when the session begins, its
            target is denied as well.  A denied command is not started."
        --ask P {run}
            "Paths at and below P are put to the registry, each once.  Without
            a registry they may be used and are listed as unknown.
            Directories and absent files need no question."
        --default allow|deny|ask {run}
            "The rule for a path that no other rule covers (default: what the
            policy says, else allow)."
        --policy POLICY {run}
            "Rules from a file, or \"system\" or \"packages\", which come with
            dtsm; see \"dtsm policy\" (default with --registry: packages).
            May be repeated.  For the same path, a later policy overrides an
            earlier one, and the command line overrides both."

        {} {} {} "Packages"

        --registry R {run deps}
            "Who owns a file, and may the build use it?  R is dpkg (Debian's
            packages), dpkg:DIR (a dpkg database elsewhere), macports:FILE (a
            registry.db of MacPorts), list:FILE (lines \"allow PATH\", \"deny
            PATH\"), tcl:FILE (a script with proc registry {path}) or
            tdbc:DRIVER:CONNECTION (a database).  May be repeated: the first
            that knows a path decides."
        --depends LIST {run deps}
            "What the build declares, as in Build-Depends: names separated by
            commas; alternatives, versions (which are not compared),
            architectures and build profiles are understood.  May be
            repeated."
        --depends-from FILE {run deps}
            "The same from FILE, a debian/control: Build-Depends,
            Build-Depends-Arch and Build-Depends-Indep.  May be repeated."
        --ignore P {run deps report}
            "A refused or unknown path at or below P is no finding: it stays
            hidden, but is neither counted nor fatal.  For files that a build
            looks for and does without; \"dtsm policy probes\" lists those
            that need no such option.  May be repeated."
        --ignore-from FILE {run deps report}
            "The same from FILE: the lines \"ignore PATH\" of a policy.  May
            be repeated."
        --patience SECONDS {run}
            "How long a program waits for an answer of the registry, which may
            hang, before it is refused (default: 60).  Opening a registry may
            take ten times that."

        {} {} {} "Output"

        {--report -o} FILE {run deps}
            "Write the report to FILE; - is standard output (default for
            deps)."
        {--output -o} FILE {report}
            "Print to FILE instead of standard output."
        --format json|text|markdown|html {run}
            "The report's format: JSON for programs, the text that is printed
            at the end, Markdown, or one page of HTML with a tree of all paths
            (default: by the ending of FILE, which is .json, .txt, .md or
            .html; json if it has none)."
        --format text|control|json {deps}
            "Text for a reader (default), a Build-Depends line, or JSON."
        --format list|text|json|markdown|html {report}
            "A line for each path (default, unless the ending of --output says
            otherwise), or as for run."
        --summary FILE {run}
            "Write the summary to FILE too, for logs that scroll."
        --only hidden|unknown|used {run report}
            "Of the paths, report only those that were hidden, that the
            registry does not know, or that were read, written or run."
        --live {} {run}
            "Print each first refusal as it happens."
        {--verbose -v} {} {run deps report}
            "List in full what is otherwise counted or cut short."
        {--quiet -q} {} {run deps}
            "Print no status line, no summary and no remarks.  Errors are
            printed, and the exit status stays the same."

        {} {} {} "Exit status"

        --fail-on violation|missing|unknown|untraced|never {run}
            "Exit with status 3 if the command succeeded but an existing file
            was hidden (violation), an absent one was (missing; a search of
            PATH does not count), a path that the registry does not know was
            read, written or run (unknown; a mere look does not count), or a
            process was not traced or the map was full (untraced; a process
            that was killed before its program ran does not count).  A path
            that was refused because the registry gave no answer is a
            violation.  May be repeated (default: never)."
        --strict {} {run}
            "The same as --fail-on untraced."

        {} {} {} "Tracing"

        --no-supervise {} {run deps}
            "Do not supervise programs that cannot be traced (static ones, and
            those of another libc): they run unseen and are named.  Without
            root's rights, a supervised program and the one that starts it
            cannot gain rights from setuid programs; this option avoids that."
        --keep FILE {run}
            "Leave the map in FILE, which must not exist yet."
        --processes {} {run}
            "Record in the map which process touched which path.  The map that
            --keep leaves tells it to a Tcl script: `$map processes', dtsm(n).
            Supervised programs are not recorded."
        --map-dir DIR {run deps}
            "The directory of the map while the command runs (default: the
            first of /dev/shm, the session's directory, /tmp and /var/tmp with
            64 MiB free, else the one with most).  Memory is faster."
        --dry-run {} {clean}
            "Print what would be removed, but remove nothing."

        {} {} {} "Other"

        {--help -h} {} {}
            "Print this help."
        {--version -V} {} {}
            "Print the version of dtsm."
    }

    # Printed after a verb's options.

    variable notes {
        run {
P may be relative to the working directory.  The exit status is the command's;
128 + N if signal N ended it; 3 for what --fail-on names; 125 if dtsm itself
failed; 126 if the command cannot be executed; 127 if it was not found.}
        deps {
The command runs with everything allowed.  Packages are those of --registry
(default: dpkg; macports and tdbc know packages too).  A file that was read,
written or run counts as used; one that was only looked at is listed apart.
What every build may use (build-essential, essential packages, and what they
need) need not be declared.  The control line holds each declared entry that
was touched or leads to something used, as it was written, and the shortest
list of packages that brings the rest.  Paths named by --ignore are put to the
registry, and so hidden unless their package may be used; neither they nor the
paths of "dtsm policy probes" count as used then.  The exit status is as for
run.}
        report {
FILE is a map that "dtsm run --keep" left, or a report in JSON.}
        clean {
A run that was killed (kill -9) leaves its directory (dtsm-* in
$XDG_RUNTIME_DIR, /tmp, /var/tmp or /dev/shm) and its map behind.  Those of
other users and of runs that are still going on stay, and so do kept maps.}
        policy {
dtsm comes with the policies system (without a registry), packages (used with
--registry) and probes, a part of packages: files that tools look for and do
without.  The default is system.  A file of rules has lines "allow PATH",
"deny PATH", "ask PATH", "ignore PATH" (see --ignore), "default
allow|deny|ask" and "include POLICY"; # begins a comment; $WORK is the working
directory; $TMPDIR, $HOME and other variables come from the environment.  Of a
file, the resulting rules are printed.}
    }
}
