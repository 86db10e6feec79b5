# broken.py --
#
#       Broken variants of the protocol in explore.py: each leaves one thing
#       out, and explore.py must find what goes wrong then.
#
# Copyright (c) 2026 The dtsm authors.  See license.terms.

import explore
from explore import (
    FULL, NOTFOUND, OK, Sight, Token, answer, begin_change, called, changes,
    end_change, forgotten, govern, is_changing, is_fresh, judge_slowly,
    late_changes, operations, plain_changes, policy_spend, restamp,
    see_closely, stamp)
from interleave import (
    COUNT_LAST, FIRST, LAST, NONE, NO_RECORD, SPENT, Cas, Load, Paid, Policy,
    Self, Turn, Word, tuple_of)

Variant = tuple_of('Variant', 'name settings instead')
VARIANTS = []


def variant(name, settings):
    """The function below is the variant of the one of its name in explore.py,
    which the name goes on to mean here."""
    def add(function):
        VARIANTS.append(Variant(name, settings,
                                {function.__name__: function}))
        return getattr(explore, function.__name__)
    return add


#
# V1 and P2: what counts
#

@variant('V1: no version check', operations)
def is_fresh(word, policy):
    return word.flags is not None


@variant('V1: the two loads of a search swapped', operations)
def see_closely():
    policy = yield Load('policy')
    word = yield Load('word')
    counts, rule = is_fresh(word, policy), None
    if not counts:
        counts, rule = judge_slowly(word, policy)
        if counts:
            word = yield from restamp(word, policy)
    return Sight(word, policy, counts, rule)


@variant('V1: a forget with a version of the policy', operations)
def forget(room=True):
    policy = yield Load('policy')
    word = yield Load('word')
    if word == NO_RECORD and not room:
        return (yield from policy_spend())
    while True:
        if word.count == COUNT_LAST:
            return (yield from policy_spend())
        seen = yield Cas('word', word, Word(None, stamp(policy),
                                            word.count + 1))
        if seen == word:
            return OK
        word = seen


@variant('V1: an insert of version SPENT', operations)
def stamp(policy):
    return policy.version


@variant('P2: a slow search that knows no SPENT', operations)
def judge_slowly(word, policy):
    rule, since = govern(policy.snapshot)
    return word.version >= since, rule


@variant('P2: versions that begin anew', operations)
def policy_change(successor, *what):
    policy = yield Load('policy')
    while True:
        version = policy.version + 1 if policy.version < LAST else FIRST
        snapshot = successor(policy.snapshot, version, *what)
        if snapshot is None:
            return NOTFOUND
        seen = yield Cas('policy', policy, Policy(version, snapshot))
        if seen == policy:
            return OK
        policy = seen


@variant('P2: a change of what is spent', operations)
def policy_change(successor, *what):
    policy = yield Load('policy')
    while True:
        version = LAST if policy.version == SPENT else policy.version + 1
        if version > LAST:
            return FULL
        snapshot = successor(policy.snapshot, version, *what)
        if snapshot is None:
            return NOTFOUND
        seen = yield Cas('policy', policy, Policy(version, snapshot))
        if seen == policy:
            return OK
        policy = seen


@variant('P1: a change that is no CAS', operations)
def policy_change(successor, *what):
    policy = yield Load('policy')
    version = policy.version + 1
    if version > LAST:
        return FULL
    snapshot = successor(policy.snapshot, version, *what)
    if snapshot is None:
        return NOTFOUND
    seen = yield Load('policy')
    yield Cas('policy', seen, Policy(version, snapshot))
    return OK


@variant('P1: a removal that leaves no mark', operations)
def successor_without_rule(snapshot, version, place):
    if getattr(snapshot, place) is None:
        return None
    return snapshot._replace(**{place: None})


#
# V2 and V3: tokens and forgets
#

@variant('V2: no token', operations)
def insert_looked(flags, token):
    word = yield Load('word')
    policy = yield Load('policy')
    version = stamp(policy) if token.settled else NONE
    yield Cas('word', word, Word(flags, version, word.count))
    return OK


@variant('V2: a token without the word', operations)
def insert_looked(flags, token):
    version = stamp(token.policy) if token.settled else NONE
    word = yield Load('word')
    yield Cas('word', word, Word(flags, version, word.count))
    return OK


@variant('V2: a token without the policy', operations)
def insert_looked(flags, token):
    policy = yield Load('policy')
    version = stamp(policy) if token.settled else NONE
    yield Cas('word', token.word, Word(flags, version, token.word.count))
    return OK


@variant('V2: no count', operations)
def forgotten(word):
    return Word(None, NONE, 1)


@variant('V2: a mark that is no CAS', operations)
def mark():
    sight = yield from see_closely()
    if not sight.counts:
        return NOTFOUND
    flags = sight.word.flags._replace(marked=True)
    word = yield Load('word')
    yield Cas('word', word, sight.word._replace(flags=flags))
    return OK


@variant('V3: a forget that makes no record', plain_changes)
def forget(room=True):
    word = yield Load('word')
    while word != NO_RECORD:
        if word.count == COUNT_LAST:
            return (yield from policy_spend())
        seen = yield Cas('word', word, forgotten(word))
        if seen == word:
            break
        word = seen
    return OK


@variant('V3: no forget after a change', plain_changes)
def change_plainly(how):
    yield from called(how)
    yield Turn(False)
    yield Paid()


@variant('V3: no second forget without a ticket', plain_changes)
def change(how):
    slot = yield from begin_change()
    yield from called(how)
    yield Turn(slot is not None)
    if slot is None:
        yield Paid()
    else:
        yield from end_change(slot)


#
# V4 and V5: restamps and plain inserts
#

@variant('V4: a restamp of whatever is there', operations)
def restamp(word, policy):
    seen = yield Load('word')
    yield Cas('word', seen, word._replace(version=policy.version))
    return word


@variant('V4: a restamp with what was not judged', operations)
def restamp(word, policy):
    policy = yield Load('policy')
    fresh = word._replace(version=policy.version)
    seen = yield Cas('word', word, fresh)
    return fresh if seen == word else word


@variant('V5: an insert without the second load', operations)
def insert(flags):
    policy = yield Load('policy')
    word = NO_RECORD
    while True:
        seen = yield Cas('word', word, Word(flags, stamp(policy), word.count))
        if seen == word:
            return OK
        word = seen


#
# V6: changes of the world by who may die
#

@variant('V6: no changers check', changes)
def is_changing():
    yield Self()
    return False


@variant('V6: the changers before the policy', changes)
def look():
    changing = yield from is_changing()
    sight = yield from see_closely()
    return answer(sight), Token(sight.word, sight.policy, not changing)


@variant('V6: unannounced, forgotten afterwards', late_changes)
def change_plainly(how):
    yield Turn(False)
    yield from called(how)
    yield Paid()


@variant('V6: unannounced, forgotten before', changes)
def change(how):
    yield from called(how)
    yield Turn(True)


@variant('V6: announced after the forget', changes)
def change(how):
    yield from called(how)
    slot = yield from begin_change()
    yield Turn(True)
    yield from end_change(slot)


@variant('V6: announced until before the change', changes)
def change(how):
    slot = yield from begin_change()
    yield from called(how)
    yield from end_change(slot)
    yield Turn(True)


@variant('V6: announced, not forgotten', changes)
def change(how):
    slot = yield from begin_change()
    yield Turn(True)
    yield from end_change(slot)


@variant('V6: a number taken from who lives', changes)
def may_take_away(process):
    yield Self()
    return True


@variant('V6: a number left to who is gone', changes)
def may_take_away(process):
    yield Self()
    return False
