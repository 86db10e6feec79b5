# slots.py --
#
#       A small model of a bucket's slots, and all interleavings:
#
#       python3 slots.py ?--trace?
#
# To be read beside core/dtsmSlot.h, whose letters S1..S6 stand at the steps
# that uphold them, and core/dtsmTrie.c.  Buckets have two slots and children
# two buckets, so that a few paths fill them.  Each process is a generator that
# yields its steps on shared slots; any may take the next one.  One that dies is
# one that takes no more, so deaths need no step.  Memory is sequentially
# consistent.  What is looked for in every state that can be reached:
#
#       twice       A path has two records that searches could find.
#       lost        A path was inserted, and is not where a search looks now, or
#                   one that began later did not find it.
#       child       A bucket with an empty slot has a child.
#
# That the model sees enough is proved by variants that leave one thing out, and
# must be caught; --trace shows how.  Exits with 1 when the protocol fails or a
# variant is not caught.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

import collections
import itertools
import sys

SLOTS, BUCKETS = 2, 2
LAST = SLOTS - 1


def tuple_of(name, fields):
    return collections.namedtuple(name, fields.split())


Record = tuple_of('Record', 'path owner')       # what a slot names:
Child = tuple_of('Child', 'node')               # or None
Load = tuple_of('Load', 'place')                # steps
Cas = tuple_of('Cas', 'place seen value born')  # born: a child's own slots
ROOT = ('root', 0)                              # a bucket: node and number


def way(path, level):
    """The bucket of a path on a level below the root, and its first slot."""
    number = 'abcdef'.index(path)
    return number >> (level - 1) & 1 if level else 0, number & 1


class Slots:
    """The protocol, as in dtsmTrie.c."""

    def turn(self, path, level):
        first = way(path, level)[1]
        return [(first + n) % SLOTS for n in range(SLOTS)]

    def below(self, child, path, level):
        return child.node, way(path, level)[0]

    def bear(self, record, node, level):
        """A new child's slots: that of the record that gives way (S6)."""
        bucket, first = way(record.path, level)
        return {(node, bucket, first): record}

    def insert(self, path, me):
        bucket, mine = ROOT, Record(path, me)
        for level in itertools.count():
            for i in self.turn(path, level):                # S5
                slot = yield Load((*bucket, i))
                if slot is None:
                    slot = yield Cas((*bucket, i), None, mine, {})
                    if slot is None:
                        return mine
                if self.is_of(slot, path):                  # S3
                    return slot
            child = yield from self.child_of(bucket, level, me)
            bucket = self.below(child, path, level + 1)

    def child_of(self, bucket, level, me):
        slot = yield Load((*bucket, LAST))
        if isinstance(slot, Child):
            return slot
        fresh = Child('%s%d' % (me, level))
        seen = yield Cas((*bucket, LAST), slot, fresh,
                         self.bear(slot, fresh.node, level + 1))
        return fresh if seen == slot else seen              # S1: a child

    def is_of(self, slot, path):
        return isinstance(slot, Record) and slot.path == path

    def search(self, path):
        bucket = ROOT
        for level in itertools.count():
            fit = []
            for i in range(SLOTS):                          # by vector
                if self.is_of((yield Load((*bucket, i))), path):
                    fit.append(i)
            for i in fit:                                   # S2: again
                slot = yield Load((*bucket, i))
                if self.is_of(slot, path):
                    return slot
            child = yield Load((*bucket, LAST))             # S6: after all
            if not isinstance(child, Child):
                return None
            bucket = self.below(child, path, level + 1)


#
# Variants that must be caught.
#

class Childless(Slots):
    """A child is born empty."""

    def bear(self, record, node, level):
        return {}


class Astray(Slots):
    """The record that gives way lies in the other bucket."""

    def bear(self, record, node, level):
        bucket, first = way(record.path, level)
        return {(node, 1 - bucket, first): record}


class Unseen(Slots):
    """The loser of a slot does not look whose it is now."""

    def insert(self, path, me):
        bucket, mine = ROOT, Record(path, me)
        for level in itertools.count():
            for i in self.turn(path, level):
                slot = yield Load((*bucket, i))
                if slot is None:
                    if (yield Cas((*bucket, i), None, mine, {})) is None:
                        return mine
                elif self.is_of(slot, path):
                    return slot
            child = yield from self.child_of(bucket, level, me)
            bucket = self.below(child, path, level + 1)


class Overwritten(Slots):
    """The last slot becomes a child whatever it is by then."""

    def child_of(self, bucket, level, me):
        slot = yield Load((*bucket, LAST))
        if isinstance(slot, Child):
            return slot
        fresh = Child('%s%d' % (me, level))
        born = self.bear(slot, fresh.node, level + 1)
        now = yield Load((*bucket, LAST))
        yield Cas((*bucket, LAST), now, fresh, born)
        return fresh


class Hasty(Slots):
    """A search looks for the child first, then at the slots."""

    def search(self, path):
        bucket = ROOT
        for level in itertools.count():
            child = yield Load((*bucket, LAST))
            for i in range(SLOTS):
                slot = yield Load((*bucket, i))
                if self.is_of(slot, path):
                    return slot
            if not isinstance(child, Child):
                return None
            bucket = self.below(child, path, level + 1)


class Once(Slots):
    """A slot that fits and is loaded again counts as a miss when it differs."""

    def search(self, path):
        bucket = ROOT
        for level in itertools.count():
            for i in range(SLOTS):
                if self.is_of((yield Load((*bucket, i))), path):
                    slot = yield Load((*bucket, i))
                    return slot if self.is_of(slot, path) else None
            child = yield Load((*bucket, LAST))
            if not isinstance(child, Child):
                return None
            bucket = self.below(child, path, level + 1)


class Early(Slots):
    """A child comes although a slot is empty: only the first is tried."""

    def turn(self, path, level):
        return [LAST]


#
# The explorer: every order of steps of a few processes, each of which does
# some operations one after the other.
#

State = tuple_of('State', 'slots pasts')    # a past: a Gave for each step
Gave = tuple_of('Gave', 'slot known')       # known: inserted by then
Done = tuple_of('Done', 'kind path answer known')
Run = tuple_of('Run', 'done step begins')   # step None: all is done


class Found(Exception):
    pass


def reachable(slots):
    """The records, by path, that lie where searches for them look."""
    found = collections.defaultdict(set)

    def visit(bucket, route):
        inside = [slots.get((*bucket, i)) for i in range(SLOTS)]
        for slot in inside:
            if isinstance(slot, Child):
                if None in inside:
                    raise Found('child: %s has room' % (bucket,))
                for number in range(BUCKETS):
                    visit((slot.node, number), route + [number])
            elif slot is not None and all(
                    way(slot.path, level)[0] == number
                    for level, number in enumerate(route, 1)):
                found[slot.path].add(slot)

    visit(ROOT, [])
    return found


class Explorer:
    def __init__(self, protocol, start, works):
        self.protocol, self.start, self.works = protocol, start, works
        self.seen = set()

    def run(self, me, past):
        """Replay a process, for generators cannot be copied."""
        done, at = [], 0
        for number, (kind, path) in enumerate(self.works[me]):
            first = at
            steps = self.protocol.search(path) if kind == 'search' \
                else self.protocol.insert(path, '%s%d' % ('pqr'[me], number))
            try:
                step = next(steps)
                while at < len(past):
                    at += 1
                    step = steps.send(past[at - 1].slot)
            except StopIteration as stop:
                done.append(Done(kind, path, stop.value, past[first].known))
                continue
            return Run(done, step, at == first)
        return Run(done, None, False)

    def known(self, runs):
        return frozenset(slot.path for slot in self.start.values()) | {
            one.path for run in runs for one in run.done
            if one.kind == 'insert'}

    def check(self, state, runs):
        found = reachable(dict(state.slots))
        for path in self.known(runs):
            if len(found[path]) != 1:
                raise Found('%s: %s' % ('twice' if found[path] else 'lost',
                                        path))
        for one in (one for run in runs for one in run.done):
            if one.answer is None and one.path not in one.known:
                continue
            if one.answer not in found[one.path]:
                raise Found('lost: %s of %s' % (one.kind, one.path))

    def after(self, state, me, run, known):
        step, slots = run.step, dict(state.slots)
        gave = slots.get(step.place)
        if isinstance(step, Cas) and gave == step.seen:
            slots[step.place] = step.value
            slots.update(step.born)
        # What was known matters at an operation's first step alone.
        past = state.pasts[me] + (Gave(gave, known if run.begins else None),)
        return State(frozenset(slots.items()),
                     state.pasts[:me] + (past,) + state.pasts[me + 1:])

    def explore(self):
        """A flaw and the way to it, or two None."""
        left = [(State(frozenset(self.start.items()),
                       ((),) * len(self.works)), None)]
        while left:
            state, trail = left.pop()
            if state in self.seen:
                continue
            self.seen.add(state)
            runs = [self.run(me, past) for me, past in enumerate(state.pasts)]
            try:
                self.check(state, runs)
            except Found as found:
                return str(found), trail
            known = self.known(runs)
            for me, run in enumerate(runs):
                if run.step is not None:
                    left.append((self.after(state, me, run, known),
                                 (trail, 'pqr'[me], run.step)))
        return None, None


#
# Settings: what lies there already, and what each process does.
#

def settings():
    def there(*paths):
        return {(*ROOT, i): Record(path, 'old')
                for i, path in enumerate(paths) if path}

    inserts = [('insert', path) for path in 'abc']
    for start in there(), there(None, 'b'), there('d', 'b'), there('d', 'f'):
        for one, two in itertools.combinations_with_replacement(inserts, 2):
            yield start, [[one, ('search', two[1])], [two, ('insert', 'e')]]
            yield start, [[one], [two], [('insert', 'c')]]
            for asked in 'abd':
                yield start, [[one], [two], [('search', asked)]]
        for record in start.values():
            yield start, [[('insert', 'a')], [('search', record.path)],
                          [('insert', record.path)]]


def verify(protocol, trace=False):
    states = count = 0
    for start, works in settings():
        explorer = Explorer(protocol, start, works)
        flaw, trail = explorer.explore()
        states += len(explorer.seen)
        count += 1
        if flaw is not None:
            break
    if trace and flaw is not None:
        steps = []
        while trail is not None:
            trail, name, step = trail
            steps.append('%s %s' % (name, step))
        print(start, works, *reversed(steps), sep='\n    ')
    return flaw, count, states


def main():
    flaw, count, states = verify(Slots())
    print('%-12s %s: %d settings, %d states'
          % ('Slots', flaw or 'sound', count, states))
    failed = flaw is not None
    for variant in Slots.__subclasses__():
        flaw, count, _ = verify(variant(), '--trace' in sys.argv)
        failed |= flaw is None
        print('%-12s %s' % (variant.__name__, 'caught: ' + flaw if flaw
                            else 'NOT CAUGHT'))
    return failed


if __name__ == '__main__':
    sys.exit(main())
