# explore.py --
#
#       A small model of the map's protocol, and all its interleavings:
#
#       python3 explore.py ?--all? ?--trace?
#
# To be read beside core/dtsmSlot.h, whose letters V1..V7, P1 and P2 stand
# at the steps that uphold them.  There is one path, with rules above it, at it
# and elsewhere, and a few processes.  Each is a generator that yields its steps
# on shared words; any may take the next one, and some may die before it.
# Memory is sequentially consistent; slots have a model of their own, slots.py,
# and space (A1, A2) is left out.  What is looked for in every state that can be
# reached, and its name:
#
#       not linear      What was answered so far, and what a search would find
#                       now, is not what an ideal map can say, whose operations
#                       are one step each between their first and last here.
#       stale           A verdict from a look at the world counts, and the
#                       world is another.
#       never settled   All is done, and a look gives no settled token, nor
#                       does the next.
#
# That the model sees enough is proved by broken.py: variants of the protocol
# that leave one thing out, and must be caught.  --all explores more processes
# at once and takes ten times as long; --trace shows how a variant is caught.
# Exits with 1 when the protocol fails or a broken variant is not caught.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

import itertools
import sys
import time

sys.dont_write_bytecode = True          # the source directory stays clean

from interleave import (
    COUNT_LAST, FIRST, LAST, NONE, NO_RECORD, SPENT, Ask, Call, Cas, Explorer,
    Flags, IsGone, Load, Paid, Policy, Reply, Rule, Self, Slots, Turn, Word,
    tuple_of)

OK, NOTFOUND, FULL = 'OK', 'NOTFOUND', 'FULL'


#
# dtsmVerdict.c.  A search in C tries the quick answer first and then, with
# loads of its own, the slow one: that is a search that begins later.  No record
# is the word 0, so taking a slot for a new one is a CAS from there.
#

Sight = tuple_of('Sight', 'word policy counts rule')
Token = tuple_of('Token', 'word policy settled')


def is_fresh(word, policy):
    """The version alone decides.  A word without flags has NONE, which no
    policy has; SPENT, which some policy has, is no word's."""
    return word.version == policy.version


def stamp(policy):
    """The version of what is inserted under this policy."""
    return NONE if policy.version == SPENT else policy.version


def judge_slowly(word, policy):
    rule, since = govern(policy.snapshot)
    return policy.version != SPENT and word.version >= since, rule


def restamp(word, policy):
    fresh = word._replace(version=policy.version)
    seen = yield Cas('word', word, fresh)       # V4: from what was judged
    return fresh if seen == word else word


def see_closely():
    word = yield Load('word')
    policy = yield Load('policy')               # V1: after the word
    counts, rule = is_fresh(word, policy), None
    if not counts:
        counts, rule = judge_slowly(word, policy)
        if counts:
            word = yield from restamp(word, policy)
    return Sight(word, policy, counts, rule)


def answer(sight):
    if sight.counts:
        return 'verdict', sight.word.flags
    return ('rule', sight.rule.flags) if sight.rule else NOTFOUND


def search():
    return answer((yield from see_closely()))


def look():
    sight = yield from see_closely()
    changing = yield from is_changing()         # V6: after the policy
    return answer(sight), Token(sight.word, sight.policy, not changing)


def insert(flags):
    policy = yield Load('policy')
    seen = yield Cas('word', NO_RECORD, Word(flags, stamp(policy), 0))
    if seen == NO_RECORD:
        return OK
    word = yield Load('word')
    while True:
        policy = yield Load('policy')           # V5: after the word
        seen = yield Cas('word', word, Word(flags, stamp(policy), word.count))
        if seen == word:
            return OK
        word = seen


def insert_looked(flags, token):
    version = stamp(token.policy) if token.settled else NONE    # V6
    word = Word(flags, version, token.word.count)
    yield Cas('word', token.word, word)         # V2
    return OK


def mark():
    while True:
        sight = yield from see_closely()
        if not sight.counts:
            return NOTFOUND
        word = sight.word
        flags = word.flags._replace(marked=True)
        seen = yield Cas('word', word, word._replace(flags=flags))
        if seen == word:
            return OK


def forget(room=True):
    word = yield Load('word')
    if word == NO_RECORD and not room:
        return (yield from policy_spend())
    while True:
        if word.count == COUNT_LAST:
            return (yield from policy_spend())
        seen = yield Cas('word', word, forgotten(word))     # V3: a record too
        if seen == word:
            return OK
        word = seen


def forgotten(word):
    return Word(None, NONE, word.count + 1)     # V2: the count tells


def forget_below():
    status = yield from policy_change(successor_marked)
    return OK if status == OK else (yield from policy_spend())


def rule(place, flags):
    return policy_change(successor_with_rule, place, flags)


def remove(place):
    return policy_change(successor_without_rule, place)


#
# dtsmPolicy.c
#

def govern(snapshot):
    """The rule that governs the path, and since when verdicts count: a path's
    own rule, a mark and a removal at or above it make older ones void."""
    governing = snapshot.here or snapshot.above
    return governing, max(FIRST, snapshot.mark,
                          governing.version if governing else 0)


def successor_with_rule(snapshot, version, place, flags):
    if place == 'elsewhere':
        return snapshot
    return snapshot._replace(**{place: Rule(flags, version)})


def successor_without_rule(snapshot, version, place):
    if getattr(snapshot, place) is None:
        return None
    return snapshot._replace(**{place: None, 'mark': version})


def successor_marked(snapshot, version):
    return snapshot._replace(mark=version)


def policy_change(successor, *what):
    policy = yield Load('policy')
    while True:
        version = policy.version + 1
        if version > LAST:                      # P2
            return FULL
        snapshot = successor(policy.snapshot, version, *what)
        if snapshot is None:
            return NOTFOUND
        seen = yield Cas('policy', policy, Policy(version, snapshot))   # P1
        if seen == policy:
            return OK
        policy = seen


def policy_spend():
    policy = yield Load('policy')
    while policy.version != SPENT:              # P2
        seen = yield Cas('policy', policy, policy._replace(version=SPENT))
        if seen == policy:
            break
        policy = seen
    return OK


#
# dtsmChange.c: who is just changing the world (V6)
#

def begin_change():
    me = yield Self()
    slots = yield Slots()
    for attempt in range(2):
        for slot in range(slots):
            seen = yield Cas(slot, None, me)
            if seen is None:
                return slot
        if attempt == 0:
            yield from is_changing_still()      # takes the gone away
    return None


def end_change(slot):
    me = yield Self()
    yield Cas(slot, me, None)


def is_changing():
    slots = yield Slots()
    for slot in range(slots):
        seen = yield Load(slot)
        if seen is not None:
            return (yield from is_changing_still())
    return False


def is_changing_still():
    changing = False
    slots = yield Slots()
    for slot in range(slots):
        seen = yield Load(slot)
        if seen is not None:
            changing = True
            gone = yield from may_take_away(seen)
            if gone:
                yield Cas(slot, seen, None)
    return changing


def may_take_away(process):
    return (yield IsGone(process))


#
# What processes do: one operation, or several with the world between them
#

def called(name, *arguments):
    yield Call((name,) + arguments)
    result = yield from globals()[name](*arguments)
    yield Reply(result)


def visit():
    """Who meets a path looks, asks the world, and inserts with the token."""
    yield Call(('look',))
    found, token = yield from look()
    yield Reply(found)
    flags = yield Ask()
    yield Call(('insert_looked', flags, token.settled))
    yield from insert_looked(flags, token)
    yield Reply(OK)


def change(how):
    """A process renames a directory or turns a symlink (judgeChange.c)."""
    slot = yield from begin_change()            # V6: announce, forget, do, end
    yield from called(how)
    yield Turn(slot is not None)
    if slot is None:                            # no room to say so
        yield from called(how)
        yield Paid()
    else:
        yield from end_change(slot)


def change_plainly(how):
    """Who will not be killed changes the world, then forgets (V3)."""
    yield Turn(False)
    yield from called(how)
    yield Paid()


PROGRAMS = ('visit', 'change', 'change_plainly')


def process(work):
    name = work[0]
    yield from (globals()[name](*work[1:]) if name in PROGRAMS
                else called(*work))


#
# The ideal map, whose operations are one step each: they give the possible
# outcomes, each the map after it and the answer.  It knows no versions: what
# makes a verdict void takes it away, and clock counts how often that was; saw
# is the clock and the verdict at the process's last look.
#

Ideal = tuple_of('Ideal', 'above here verdict clock changes forgets spent')
IDEAL_NEW = Ideal(None, None, None, 0, 0, 0, False)
CHANGES_MOST = LAST - FIRST


def void(ideal, **also):
    return ideal._replace(verdict=None, clock=ideal.clock + 1, **also)


def ideal_search(ideal, saw):
    if ideal.verdict is not None:
        return [(ideal, ('verdict', ideal.verdict))]
    governing = ideal.here or ideal.above
    return [(ideal, ('rule', governing) if governing else NOTFOUND)]


def ideal_look(ideal, saw):
    return ideal_search(ideal, saw)


def ideal_insert(ideal, saw, flags):
    return [(ideal if ideal.spent else ideal._replace(verdict=flags), OK)]


def ideal_insert_looked(ideal, saw, flags, settled):
    """Nothing happens; or, unless something has since the look, a verdict as
    old as that, which is void when the look was not settled."""
    outcomes = [(ideal, OK)]
    if saw == (ideal.clock, ideal.verdict) and not ideal.spent:
        outcomes.append((ideal._replace(verdict=flags if settled else None),
                         OK))
    return outcomes


def ideal_mark(ideal, saw):
    if ideal.verdict is None:
        return [(ideal, NOTFOUND)]
    flags = ideal.verdict._replace(marked=True)
    return [(ideal._replace(verdict=flags), OK)]


def ideal_forget(ideal, saw, room=True):
    spent = void(ideal, spent=True)
    if ideal.spent or ideal.forgets == COUNT_LAST:
        return [(spent, OK)]
    outcomes = [(void(ideal, forgets=ideal.forgets + 1), OK)]
    return outcomes if room else outcomes + [(spent, OK)]


def ideal_forget_below(ideal, saw):
    if ideal.spent or ideal.changes == CHANGES_MOST:
        return [(void(ideal, spent=True), OK)]
    return [(void(ideal, changes=ideal.changes + 1), OK)]


def ideal_rule(ideal, saw, place, flags):
    if ideal.spent or ideal.changes == CHANGES_MOST:
        return [(ideal, FULL)]
    after = ideal._replace(changes=ideal.changes + 1)
    if place == 'elsewhere':
        return [(after, OK)]
    governs = place == 'here' or ideal.here is None
    after = after._replace(**{place: flags})
    return [(void(after) if governs else after, OK)]


def ideal_remove(ideal, saw, place):
    if ideal.spent or ideal.changes == CHANGES_MOST:
        return [(ideal, FULL)]
    if getattr(ideal, place) is None:
        return [(ideal, NOTFOUND)]
    return [(void(ideal, changes=ideal.changes + 1, **{place: None}), OK)]


#
# Settings: what was done before, what each process does, how many changers
# have room, and which processes may die
#

Setting = tuple_of('Setting', 'start works slots mortal')

ABOVE, HERE = ('rule', 'above', 'a'), ('rule', 'here', 'h')
ELSEWHERE = ('rule', 'elsewhere', 'e')
INSERT = ('insert', Flags('old', False))
UP_TO_LAST = (ELSEWHERE,) * (LAST - FIRST)

STARTS = {
    'nothing': (),
    'a rule': (ABOVE,),
    'a verdict': (ABOVE, INSERT),
    'a verdict of an older version': (ABOVE, INSERT, ELSEWHERE),
    'a void verdict': (ABOVE, INSERT, ABOVE),
    'a forgotten verdict': (ABOVE, INSERT, ('forget',)),
    'a visited path': (ABOVE, ('visit',)),
    'a rule of its own': (ABOVE, HERE, INSERT),
    'the last version but one': UP_TO_LAST[1:] + (INSERT,),
    'the last version': UP_TO_LAST + (INSERT,),
    'the last count': (('forget',),) * COUNT_LAST + (INSERT,),
    'a spent policy': (INSERT,) + UP_TO_LAST + (('forget_below',),),
}

OPERATIONS = (
    ('search',), ('visit',), ('mark',),
    ('insert', Flags('one', False)), ('insert', Flags('two', False)),
    ('forget',), ('forget', False), ('forget_below',),
    ('rule', 'above', 'b'), ('rule', 'here', 'c'), ELSEWHERE,
    ('remove', 'above'), ('remove', 'here'),
)

CHANGES = ('forget', 'forget_below')
BESIDE_A_CHANGE = (
    (('visit',),), (('visit',), ('visit',)), (('visit',), ('search',)),
    (('visit',), ('mark',)),
    (('visit',), ELSEWHERE), (('visit',), ('rule', 'above', 'b')),
    (('visit',), ('forget',)), (('visit',), ('forget_below',)),
    (('visit',), ('forget', False)),
)


def several(count, mortal=(), beside=()):
    """Any so many operations at once."""
    for works in itertools.combinations_with_replacement(OPERATIONS, count):
        for start in STARTS:
            yield Setting(start, works + beside, 0, mortal)


def operations():
    return itertools.chain(several(2, mortal=(0, 1)), several(3))


def more_operations():
    return several(3, mortal=(0,), beside=(('search',),))


def changes(besides=BESIDE_A_CHANGE):
    """Somebody changes the world, and may die."""
    for how in CHANGES:
        for beside in besides:
            for start in STARTS:
                yield Setting(start, (('change', how),) + beside, 1, (0,))


def two_changes(starts=('a rule', 'a verdict', 'a forgotten verdict')):
    """Two at once, and either may die."""
    for hows in itertools.combinations_with_replacement(CHANGES, 2):
        for start in starts:
            yield Setting(start, tuple(('change', how) for how in hows)
                          + (('visit',),), 2, (0, 1))


def plain_changes():
    """Who forgets after the change, or has no room to announce it, lives."""
    for how in CHANGES:
        for start in STARTS:
            for beside in BESIDE_A_CHANGE:
                yield Setting(start, (('change_plainly', how),) + beside,
                              0, ())
            yield Setting(start, (('change', how), ('change', 'forget'),
                                  ('visit',)), 1, ())


def late_changes():
    """The same, by somebody who may die: what V6 is for."""
    for how in CHANGES:
        for start in STARTS:
            yield Setting(start, (('change_plainly', how),), 0, (0,))


def many_changes():
    besides = [beside + (('visit',),) for beside in BESIDE_A_CHANGE]
    return itertools.chain(changes(besides), two_changes(STARTS))


GROUPS = (
    ('two and three operations', operations),
    ('a change of the world, announced', changes),
    ('two such changes', two_changes),
    ('changes by who is not killed', plain_changes),
)
MORE_GROUPS = (
    ('three operations and a search', more_operations),
    ('announced changes, more visits', many_changes),
)

#
# What is not only allowed but must happen: after these works, one after the
# other, a search finds this, and the next one will be quick
#

WORLD = ('verdict', Flags('world 0', False))
ALONE = (
    ((('visit',),), WORLD),
    ((ABOVE, INSERT, ABOVE, ('visit',)), WORLD),
    ((ABOVE, INSERT, ('forget',), ('visit',)), WORLD),
    ((('visit',), ELSEWHERE), WORLD),
    ((('visit',), ABOVE, HERE, INSERT, ABOVE), ('verdict', INSERT[1])),
    ((('insert', Flags('one', False)), ('mark',)),
     ('verdict', Flags('one', True))),
)


def show(setting):
    return ' | '.join(' '.join(str(part.says if isinstance(part, Flags)
                                   else part) for part in work)
                      for work in setting.works) + ', from ' + setting.start


def show_way(way):
    for step in way:
        print('        %s' % step)


def explore_all(settings, explorer):
    """The numbers of settings and states, and the first failure or None."""
    count = total = 0
    for setting in settings:
        states, failure = explorer.explore(setting)
        count += 1
        total += states
        if failure:
            return count, total, (setting,) + failure
    return count, total, None


def fails_alone(explorer):
    for works, expected in ALONE:
        shared, _ = explorer.start(works + (('search',),))
        _, replies = explorer.alone(explorer.shared.of(shared), ('search',))
        if replies != (expected,) \
                or shared.word.version != shared.policy.version:
            return works
    return None


def is_caught(variant, with_trace):
    """Put the variant in the place of what it breaks, and explore."""
    names = globals()
    sound = {name: names[name] for name in variant.instead}
    names.update(variant.instead)
    try:
        _, _, failure = explore_all(variant.settings(),
                                    Explorer(sys.modules[__name__]))
    finally:
        names.update(sound)
    if failure is None:
        print('%-42s NOT CAUGHT' % variant.name)
        return False
    setting, wrong, way = failure
    print('%-42s %s: %s' % (variant.name, wrong, show(setting)), flush=True)
    if with_trace:
        show_way(way)
    return True


def main(arguments):
    if not set(arguments) <= {'--all', '--trace'}:
        sys.exit('usage: explore.py ?--all? ?--trace?')
    began, good = time.time(), True
    works = fails_alone(Explorer(sys.modules[__name__]))
    if works is not None:
        print('alone: wrong after %s' % (works,))
        good = False
    for name, settings in GROUPS + ('--all' in arguments) * MORE_GROUPS:
        begun = time.time()
        count, states, failure = explore_all(
            settings(), Explorer(sys.modules[__name__]))
        print('%-34s %5d settings %9d states %4.0f s  %s' % (
            name, count, states, time.time() - begun,
            failure[1] if failure else 'sound'), flush=True)
        if failure:
            good = False
            print('    %s' % show(failure[0]))
            show_way(failure[2])
    caught = [is_caught(variant, '--trace' in arguments)
              for variant in broken.VARIANTS]
    good = good and all(caught)
    print('%s: %d of %d broken variants caught, %.0f s' % (
        'all is well' if good else 'FAILED', sum(caught), len(caught),
        time.time() - began))
    return 0 if good else 1


if __name__ == '__main__':
    sys.modules['explore'] = sys.modules['__main__']    # for broken.py
    import broken
    sys.exit(main(sys.argv[1:]))
