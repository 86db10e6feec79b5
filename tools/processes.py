# processes.py --
#
#       A small model of the recording, and all interleavings:
#
#       python3 processes.py ?--trace?
#
# To be read beside core/dtsmSlot.h, whose letters R1..R6 stand at the steps
# that uphold them, and core/dtsmProcess.c and dtsmAccess.c.  A chunk has two
# words.  Each thread is a generator that yields its steps on shared words; any
# may take the next one.  One that dies is one that takes no more, so deaths
# need no step: what a reader would see is judged in every state that can be
# reached.  Memory is sequentially consistent, and new space holds junk.  What
# is looked for:
#
#       half        A reader finds a record, chunk or path that is not written.
#       number      Numbers do not fall by one along the list.
#       over        A word is stored where there is one already.
#       lost        An access that was recorded is not found.
#       exit        There is an end, and not how.
#
# That the model sees enough is proved by variants that leave one thing out, and
# must be caught; --trace shows how.  Exits with 1 when the protocol fails or a
# variant is not caught.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

import sys

WORDS = 2
JUNK = 'junk'
PARTS = ('before', 'number', 'chunk')


class Found(Exception):
    pass


class Recording:
    """The protocol.  A place is a tuple; a thread's process names the word
    of its own memory that says where it writes."""

    def load(self, place):
        return (yield 'load', place, None, None)

    def store(self, place, value):
        yield 'store', place, None, value

    def cas(self, place, seen, value):
        """What was there: seen when it worked."""
        return (yield 'cas', place, seen, value)

    def fill(self, record, head, number):
        yield from self.store((record, 'before'), head)
        yield from self.store((record, 'number'), number)

    def number_after(self, head):
        return 1 if head is None else (yield from self.load(
            (head, 'number'))) + 1

    def publish(self, record):
        head = yield from self.load(('head',))
        while True:                                         # R2
            yield from self.fill(record, head,
                                 (yield from self.number_after(head)))
            now = yield from self.cas(('head',), head, record)      # R1
            if now == head:
                return
            head = now

    def clear(self, chunk):
        for part in ['next', *range(WORDS)]:
            yield from self.store((chunk, part), None)

    def begin(self, me, process):
        record, chunk = me.new('record'), me.new('chunk')
        yield from self.clear(chunk)
        for part, value in ('chunk', chunk), ('exit', None), ('end', None):
            yield from self.store((record, part), value)
        yield from self.publish(record)
        me.record = record
        yield from self.store(('room', process), (chunk, 0))

    def link(self, me, chunk):
        """The chunk behind a full one."""
        after = yield from self.load((chunk, 'next'))
        if after is None:
            fresh = me.new('chunk')
            yield from self.clear(fresh)                    # R4
            after = yield from self.cas((chunk, 'next'), None, fresh)
            if after is None:
                return fresh
        return after

    def take(self, me, process):
        """A chunk and an index of one's own."""
        room = yield from self.load(('room', process))
        while True:
            chunk, index = room
            if index == WORDS:
                after = yield from self.link(me, chunk)
                now = yield from self.cas(('room', process), room, (after, 0))
                room = (after, 0) if now == room else now
            else:
                now = yield from self.cas(('room', process), room,
                                          (chunk, index + 1))       # R4
                if now == room:
                    return room
                room = now

    def access(self, me, process, path):
        yield from self.store(('path', path), 'written')
        place = yield from self.take(me, process)
        yield from self.store(place, path)                  # R3
        me.done = me.done + (path,)

    def fork(self, me, process, child):
        """The child's memory is a copy; it begins a record (R5)."""
        room = yield from self.load(('room', process))
        yield from self.store(('room', child), room)
        yield from self.begin(me, child)

    def end(self, me, process):
        yield from self.store((me.record, 'exit'), 'how')
        yield from self.store((me.record, 'end'), 'when')   # R6


class PublishFirst(Recording):
    def begin(self, me, process):
        record, chunk = me.new('record'), me.new('chunk')
        yield from self.clear(chunk)
        yield from self.publish(record)
        for part, value in ('chunk', chunk), ('exit', None), ('end', None):
            yield from self.store((record, part), value)
        yield from self.store(('room', process), (chunk, 0))


class NumberOnce(Recording):
    def publish(self, record):
        head = yield from self.load(('head',))
        number = yield from self.number_after(head)
        while True:
            yield from self.fill(record, head, number)
            now = yield from self.cas(('head',), head, record)
            if now == head:
                return
            head = now


class WordFirst(Recording):
    def access(self, me, process, path):
        place = yield from self.take(me, process)
        yield from self.store(place, path)
        yield from self.store(('path', path), 'written')
        me.done = me.done + (path,)


class NoCas(Recording):
    def take(self, me, process):
        chunk, index = yield from self.load(('room', process))
        if index == WORDS:
            chunk, index = (yield from self.link(me, chunk)), 0
        yield from self.store(('room', process), (chunk, index + 1))
        return chunk, index


class LinkFirst(Recording):
    def link(self, me, chunk):
        after = yield from self.load((chunk, 'next'))
        if after is None:
            fresh = me.new('chunk')
            after = yield from self.cas((chunk, 'next'), None, fresh)
            if after is None:
                yield from self.clear(fresh)
                return fresh
        return after


class LoserKeeps(Recording):
    def link(self, me, chunk):
        fresh = me.new('chunk')
        yield from self.clear(fresh)
        yield from self.cas((chunk, 'next'), None, fresh)
        return fresh


class ChildGoesOn(Recording):
    def fork(self, me, process, child):
        room = yield from self.load(('room', process))
        yield from self.store(('room', child), room)


class EndFirst(Recording):
    def end(self, me, process):
        yield from self.store((me.record, 'end'), 'when')
        yield from self.store((me.record, 'exit'), 'how')


#
# The explorer.  A thread is its history: what its steps were given.  It is run
# anew from there, to know its next step.
#

class Thread:
    def __init__(self, protocol, name, work, past):
        self.name, self.count, self.done, self.record = name, 0, (), None
        self.step = None
        steps = self.all(protocol, work)
        try:
            self.step = next(steps)
            for given in past:
                self.step = steps.send(given)
        except StopIteration:
            self.step = None

    def new(self, kind):
        self.count += 1
        return '%s %s%d' % (kind, self.name, self.count)

    def all(self, protocol, work):
        for operation, *arguments in work:
            yield from getattr(protocol, operation)(self, *arguments)


def written(memory, piece, part):
    value = memory.get((piece, part), JUNK)
    if value == JUNK:
        raise Found('half')
    return value


def read(memory):
    """What a reader finds, with what it would stumble on."""
    paths, record, number = [], memory.get(('head',)), None
    while record is not None:
        before, now, chunk = (written(memory, record, part) for part in PARTS)
        if number is not None and now != number - 1 or (
                before is None and now != 1):
            raise Found('number')
        if (written(memory, record, 'end') is not None
                and memory[record, 'exit'] is None):
            raise Found('exit')
        while chunk is not None:
            for index in range(WORDS):
                path = written(memory, chunk, index)
                if path is not None:
                    if ('path', path) not in memory:
                        raise Found('half')
                    paths.append(path)
            chunk = written(memory, chunk, 'next')
        record, number = before, now
    return paths


def after(memory, step):
    """The memory behind a step, and what the step is given."""
    kind, place, seen, value = step
    now = memory.get(place)
    if kind == 'load' or (kind == 'cas' and now != seen):
        return memory, now
    if kind == 'store' and isinstance(place[1:] and place[1], int) and (
            value is not None and now is not None):
        raise Found('over')
    return {**memory, place: value}, now


def explore(protocol, before, works):
    """A flaw and the way to it, or two None; and the states."""
    start = {}
    thread = Thread(protocol, 'o', before, ())
    past = ()
    while thread.step is not None:      # alone
        start, given = after(start, thread.step)
        past += (given,)
        thread = Thread(protocol, 'o', before, past)
    known = thread.done
    left = [(start, ((),) * len(works), None)]
    seen = set()
    while left:
        memory, pasts, trail = left.pop()
        state = frozenset(memory.items()), pasts
        if state in seen:
            continue
        seen.add(state)
        threads = [Thread(protocol, 'pqr'[me], works[me], past)
                   for me, past in enumerate(pasts)]
        try:
            found = read(memory)
            done = [path for thread in threads for path in thread.done]
            if not set(known) | set(done) <= set(found):
                raise Found('lost')
            for me, thread in enumerate(threads):
                if thread.step is not None:
                    then, given = after(memory, thread.step)
                    left.append((then, pasts[:me] + (pasts[me] + (given,),)
                                 + pasts[me + 1:],
                                 (trail, thread.name, thread.step)))
        except Found as flaw:
            return str(flaw), trail, len(seen)
    return None, None, len(seen)


#
# Settings: what was done before, and what each thread does.
#

def settings():
    begun = [('begin', 'A')]
    filled = begun + [('access', 'A', 'x')]
    # processes begin at once, and end
    yield [], [[('begin', 'A'), ('end', 'A')], [('begin', 'B')]]
    yield begun, [[('begin', 'B')], [('begin', 'C')]]
    # threads of one process
    yield begun, [[('access', 'A', 'a')], [('access', 'A', 'b')]]
    yield filled, [[('access', 'A', 'a')], [('access', 'A', 'b')]]
    yield (filled + [('access', 'A', 'y')],
           [[('access', 'A', 'a')], [('access', 'A', 'b')]])
    yield filled, [[('access', 'A', 'a'), ('access', 'A', 'b')],
                   [('access', 'A', 'c')]]
    # a child beside its parent
    yield filled, [[('access', 'A', 'a')],
                   [('fork', 'A', 'B'), ('access', 'B', 'b')]]


def verify(protocol, trace=False):
    states = count = 0
    for before, works in settings():
        flaw, trail, seen = explore(protocol, before, works)
        states += seen
        count += 1
        if flaw is not None:
            break
    if trace and flaw is not None:
        steps = []
        while trail is not None:
            trail, name, step = trail
            steps.append('%s %s' % (name, step))
        print(before, works, *reversed(steps), sep='\n    ')
    return flaw, count, states


def main():
    flaw, count, states = verify(Recording(), '--trace' in sys.argv)
    print('%-12s %s: %d settings, %d states'
          % ('Recording', flaw or 'sound', count, states))
    failed = flaw is not None
    for variant in Recording.__subclasses__():
        flaw, count, _ = verify(variant(), '--trace' in sys.argv)
        failed |= flaw is None
        print('%-12s %s' % (variant.__name__, 'caught: ' + flaw if flaw
                            else 'NOT CAUGHT'))
    return failed


if __name__ == '__main__':
    sys.exit(main())
