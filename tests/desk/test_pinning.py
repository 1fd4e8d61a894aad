"""What is read out of a matter is kept until the matter has grown."""

from comity.desk import pinning
from comity.matters import subjects
from comity.matters.matter import Matter
from comity.records.ids import MatterId


class Grown(Matter):
    """A matter of any size."""

    size = 0

    def __len__(self) -> int:
        return self.size


def test_it_is_read_again_when_the_matter_grew_or_is_another_one() -> None:
    read: list[int] = []
    pinned = pinning.Pinned("staff", lambda matter: read.append(len(matter)) or len(matter))
    assert pinned.value is None
    one = Grown(MatterId("a" * 64), subjects.REGISTRY)
    pinned.take(one)
    pinned.take(one)
    assert (read, pinned.value) == ([0], 0)
    one.size = 2
    pinned.doubted = True
    pinned.take(one)
    assert (read, pinned.value, pinned.doubted) == ([0, 2], 2, False)
    other = Grown(MatterId("a" * 64), subjects.REGISTRY)
    other.size = 2
    pinned.take(other)
    assert read == [0, 2, 2]
