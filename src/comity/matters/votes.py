"""How the parties choose a branch of a forked control chain.

They vote in rounds. In a round each voter has one vote; who gives two for different branches has
spoiled both. A branch with more than half of all voters has won the round. The next round opens
only when nobody can win this one any more, so two branches can win only if some voter cheated,
and then the later round decides: those who are honest and agree are never held up for good
(clauses F8.5 to F8.10).
"""

from collections.abc import Collection
from typing import NamedTuple

from comity.records.ids import AuthorityId

_SPOILED = ""


class Vote(NamedTuple):
    """One vote, as some record had seen it."""

    author: AuthorityId
    round: int
    keep: str
    """The branch."""


def next_round(votes: Collection[Vote], author: AuthorityId) -> int:
    """The round that a further vote of `author` belongs to."""
    return 1 + max((vote.round for vote in votes if vote.author == author), default=-1)


def won(votes: Collection[Vote], voters: Collection[AuthorityId], keep: str) -> int | None:
    """The last round that the branch `keep` has won, if any."""
    for number in range(max((vote.round for vote in votes), default=-1), -1, -1):
        cast = _cast(votes, voters, number)
        if 2 * list(cast.values()).count(keep) > len(voters):
            return number
    return None


def lost(votes: Collection[Vote], voters: Collection[AuthorityId], number: int) -> bool:
    """Whether no branch can win a round any more, whatever those say who have not voted in it."""
    cast = _cast(votes, voters, number)
    counted = [keep for keep in cast.values() if keep != _SPOILED]
    most = max((counted.count(keep) for keep in set(counted)), default=0)
    return 2 * (most + len(voters) - len(cast)) <= len(voters)


def _cast(
    votes: Collection[Vote], voters: Collection[AuthorityId], number: int
) -> dict[AuthorityId, str]:
    """What each voter said in a round."""
    cast: dict[AuthorityId, str] = {}
    for vote in votes:
        if vote.round == number and vote.author in voters:
            same = cast.setdefault(vote.author, vote.keep) == vote.keep
            if not same:
                cast[vote.author] = _SPOILED
    return cast
