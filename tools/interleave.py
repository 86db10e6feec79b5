# interleave.py --
#
#       What explore.py needs to take all ways through a protocol: the shared
#       words and the steps on them, what an ideal map may be by now, and the
#       explorer.  The protocol itself is in explore.py.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

import collections
import functools

NONE, FIRST, LAST, SPENT = 0, 1, 6, 7       # versions; LAST is low, to meet it
COUNT_LAST = 3


def tuple_of(name, fields):
    return collections.namedtuple(name, fields.split())


#
# What is shared.  The values of words are tuples, and compared as such: that
# stands for offsets, since versions only grow (P2).
#

Flags = tuple_of('Flags', 'says marked')
Word = tuple_of('Word', 'flags version count')          # a path's verdict
Policy = tuple_of('Policy', 'version snapshot')         # the policy word
Snapshot = tuple_of('Snapshot', 'above here mark')      # immutable (P1)
Rule = tuple_of('Rule', 'flags version')
Shared = tuple_of('Shared', 'word policy changers world owing gone')

NO_RECORD = Word(None, NONE, 0)         # 0; no record ever has this word
NEW = Shared(NO_RECORD, Policy(FIRST, Snapshot(None, None, 0)), (), 0,
             frozenset(), frozenset())

#
# What a process may ask for.  The first five are steps, and take place one at
# a time; a Cas gives what it saw, as in C.  The others take no time.
#

Load = tuple_of('Load', 'place')            # a field, or a changer's index
Cas = tuple_of('Cas', 'place seen value')
IsGone = tuple_of('IsGone', 'process')
Ask = tuple_of('Ask', '')                   # the world
Turn = tuple_of('Turn', 'announced')        # the world becomes another
Self = tuple_of('Self', '')
Slots = tuple_of('Slots', '')               # how many changers there may be
Paid = tuple_of('Paid', '')                 # the forget that was owed is done
Call = tuple_of('Call', 'operation')
Reply = tuple_of('Reply', 'answer')


def load(shared, place):
    return shared.changers[place] if isinstance(place, int) \
        else getattr(shared, place)


def store(shared, place, value):
    if isinstance(place, int):
        changers = list(shared.changers)
        changers[place] = value
        return shared._replace(changers=tuple(changers))
    return shared._replace(**{place: value})


def perform(shared, me, request):
    """The state after a request, and what it gives."""
    kind = type(request)
    if kind is Load:
        return shared, load(shared, request.place)
    if kind is Cas:
        seen = load(shared, request.place)
        if seen == request.seen:
            shared = store(shared, request.place, request.value)
        return shared, seen
    if kind is IsGone:
        return shared, request.process in shared.gone
    if kind is Ask:
        return shared, Flags('world %d' % shared.world, False)
    if kind is Turn:
        owing = shared.owing if request.announced else shared.owing | {me}
        return shared._replace(world=shared.world + 1, owing=owing), None
    if kind is Paid:
        return shared._replace(owing=shared.owing - {me}), None
    if kind is Self:
        return shared, me
    if kind is Slots:
        return shared, len(shared.changers)
    return shared, None


#
# What the ideal map may be by now: a set of Cases, each with what every
# process is about.  An operation takes its one step anywhere between its call
# and its reply; that of a process that died has had it, or never will.
#

Case = tuple_of('Case', 'ideal doings')
Doing = tuple_of('Doing', 'operation answer saw')   # answer None: not yet
IDLE = Doing(None, None, None)


def with_doing(case, me, doing):
    """The case in which me is about something else."""
    return case._replace(doings=case.doings[:me] + (doing,)
                         + case.doings[me + 1:])


def closed(cases, protocol):
    """The cases, and all that come of them by steps of who was called."""
    cases = set(cases)
    left = list(cases)
    while left:
        case = left.pop()
        for me, (operation, answer, saw) in enumerate(case.doings):
            if operation is None or answer is not None:
                continue
            step = getattr(protocol, 'ideal_' + operation[0])
            if operation[0] == 'look':
                saw = (case.ideal.clock, case.ideal.verdict)
            for ideal, given in step(case.ideal, saw, *operation[1:]):
                found = with_doing(Case(ideal, case.doings), me,
                                   Doing(operation, given, saw))
                if found not in cases:
                    cases.add(found)
                    left.append(found)
    return frozenset(cases)


def cases_called(cases, me, operation, protocol):
    return closed((with_doing(case, me, case.doings[me]._replace(
        operation=operation)) for case in cases), protocol)


def cases_replied(cases, me, given):
    return frozenset(with_doing(case, me, case.doings[me]._replace(
        operation=None, answer=None))
        for case in cases if case.doings[me].answer == given)


def cases_died(cases, me):
    return frozenset(with_doing(case, me, IDLE) for case in cases)


#
# The explorer.  A generator cannot be copied, so a process is its history: its
# work and what its requests have given so far, which is played again.  Where
# that leads to the same place with the same variables, the first such history
# stands for all; so whoever loops must keep in variables where he is.
#

class Numbers:
    """A number for each thing that is met, so that states are small."""

    def __init__(self):
        self.known, self.things = {}, []

    def of(self, thing):
        number = self.known.setdefault(thing, len(self.things))
        if number == len(self.things):
            self.things.append(thing)
        return number


def place_of(generator):
    """Where it stands, through all that it waits for, and its variables."""
    frames = []
    while generator is not None:
        frame = generator.gi_frame
        frames.append((frame.f_code, frame.f_lasti,
                       tuple(frame.f_locals.items())))
        generator = generator.gi_yieldfrom
    return tuple(frames)


class Explorer:
    """What is found out about one protocol, whole or broken.  Below, shared,
    cases and history are numbers."""

    def __init__(self, protocol):
        self.protocol = protocol
        self.shared, self.cases = Numbers(), Numbers()
        self.histories, self.places = Numbers(), {}
        for name in ('pending', 'step', 'watch', 'wrong', 'alone'):
            setattr(self, name, functools.lru_cache(None)(getattr(self, name)))

    def pending(self, history):
        """What is asked for now, and the history that stands for this one."""
        work, given = self.histories.things[history]
        generator = self.protocol.process(work)
        try:
            request = next(generator)
            for value in given:
                request = generator.send(value)
        except StopIteration:
            return None, None
        place = work, place_of(generator)
        generator.close()
        return request, self.places.setdefault(place, history)

    def begun(self, work):
        return self.pending(self.histories.of((work, ())))[1]

    def step(self, me, history, shared):
        """One step, with what takes no time before it and, but for a call,
        after it: shared and history then, the calls and replies, the step."""
        state, events, stepped = self.shared.things[shared], [], None
        while True:
            request, history = self.pending(history)
            if request is None:
                break
            timeless = isinstance(request, (Self, Slots, Paid, Call, Reply))
            if stepped and (not timeless or isinstance(request, Call)):
                break
            if isinstance(request, (Call, Reply)):
                events.append(request)
            elif not timeless:
                stepped = request
            state, value = perform(state, me, request)
            work, given = self.histories.things[history]
            history = self.histories.of((work, given + (value,)))
        return self.shared.of(state), history, tuple(events), stepped

    def watch(self, cases, me, events):
        """The cases after events; None among them is a death."""
        found = self.cases.things[cases]
        for event in events:
            if event is None:
                found = cases_died(found, me)
            elif isinstance(event, Call):
                found = cases_called(found, me, event.operation,
                                     self.protocol)
            else:
                found = cases_replied(found, me, event.answer)
        return self.cases.of(found)

    def alone(self, shared, work):
        """shared after work that nobody disturbs, and its replies."""
        history, replies = self.begun(work), []
        while history is not None:
            shared, history, events, _ = self.step(-1, history, shared)
            replies += [event.answer for event in events
                        if isinstance(event, Reply)]
        return shared, tuple(replies)

    def wrong(self, shared, cases):
        """What is wrong with a state, or None."""
        state = self.shared.things[shared]
        found = self.alone(shared, ('search',))[1][0]
        search = self.protocol.ideal_search
        if not any(search(case.ideal, None)[0][1] == found
                   for case in self.cases.things[cases]):
            return 'not linear'
        if found[0] == 'verdict' and found[1].says[:5] == 'world' \
                and found[1].says != 'world %d' % state.world \
                and state.owing <= state.gone:
            return 'stale'
        return None

    def wrong_at_end(self, shared):
        """Who looks may meet a number of who is gone, but only once."""
        for _ in range(2):
            shared, ((_, token),) = self.alone(shared, ('look',))
        return None if token.settled else 'never settled'

    def start(self, works):
        """The map, and the ideal one, after works one after the other."""
        shared = self.shared.of(NEW)
        cases = self.cases.of(frozenset(
            [Case(self.protocol.IDEAL_NEW, (IDLE,))]))
        for work in works:
            history = self.begun(work)
            while history is not None:
                shared, history, events, _ = self.step(0, history, shared)
                cases = self.watch(cases, 0, events)
        return (self.shared.things[shared],
                {case.ideal for case in self.cases.things[cases]})

    def explore(self, setting):
        """All states.  Gives their number and None, or what is wrong and the
        shortest way to it."""
        count = len(setting.works)
        state, ideals = self.start(self.protocol.STARTS[setting.start])
        state = state._replace(changers=(None,) * setting.slots)
        first = (self.shared.of(state), self.cases.of(frozenset(
            Case(ideal, (IDLE,) * count) for ideal in ideals)),
            tuple(self.begun(work) for work in setting.works))
        came = {first: None}
        queue = collections.deque([first])
        while queue:
            at = queue.popleft()
            shared, cases, histories = at
            state, ended = self.shared.things[shared], True
            for me, history in enumerate(histories):
                if history is None or me in state.gone:
                    continue
                ended = False
                ways = [self.step(me, history, shared)]
                if me in setting.mortal and history != first[2][me]:
                    died = state._replace(gone=state.gone | {me})
                    ways.append((self.shared.of(died), history, (None,),
                                 'dies'))
                for after, goes_on, events, request in ways:
                    after_cases = self.watch(cases, me, events) \
                        if events else cases
                    to = (after, after_cases, histories[:me] + (goes_on,)
                          + histories[me + 1:])
                    if to in came:
                        continue
                    came[to] = at, me, request
                    wrong = self.wrong(after, after_cases)
                    if wrong:
                        return len(came), (wrong, self.way(came, to))
                    queue.append(to)
            if ended:
                wrong = self.wrong_at_end(shared)
                if wrong:
                    return len(came), (wrong, self.way(came, at))
        return len(came), None

    def way(self, came, at):
        steps = []
        while came[at] is not None:
            at, me, request = came[at]
            steps.append('%d %s' % (me, request))
        return steps[::-1]
