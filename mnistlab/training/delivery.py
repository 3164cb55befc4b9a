"""What a session does with its weights: publish them on the Hub, make a Space of them, or not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from mnistlab.hub.store import read_json
from mnistlab.training.table import table


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """Where a folder of weights is to go.

    Every method raises `WeightsError`, with a sentence, when that cannot be.

    Args:
        weights: the folder.
        hub: the repository of the weights, `user/name`.
        space: the Space, `user/name`.
        private: make the repository of the weights a private one.
        tag: a name for its commit.
        dry_run: only list what would go.
    """

    weights: Path
    hub: str | None = None
    space: str | None = None
    private: bool = False
    tag: str | None = None
    dry_run: bool = False

    def check(self) -> None:
        """Find out before the work begins whether the Hub will take its result."""
        from mnistlab.hub.remote import Remote, check_tag

        if self.tag is not None:
            check_tag(self.tag)
        for name in filter(None, (self.hub, self.space)):
            remote = Remote(name)
            if not self.dry_run:
                remote.check_token()

    def send(self, say: Callable[[str], None]) -> None:
        """Send it, and tell where it is now."""
        if self.hub:
            self._send_weights(self.hub, say)
        if self.space:
            self._send_space(self.space, say)

    def _send_weights(self, hub: str, say: Callable[[str], None]) -> None:
        from mnistlab.hub.publish import contents, publish

        files = contents(self.weights, hub, table(read_json(self.weights / "metrics.json")))
        if self.dry_run:
            say(_listing(hub, files))
            return
        published = publish(files, hub, private=self.private, tag=self.tag)
        say(
            f"{hub} {'is' if published.changed else 'was already'} at commit {published.commit}"
            f"{f', tag {self.tag}' if self.tag else ''}.\n"
            f"For exactly these weights: python app.py --hub {hub}@{published.commit}"
        )

    def _send_space(self, space: str, say: Callable[[str], None]) -> None:
        from mnistlab.hub.space import publish_space, space_contents

        files = space_contents(self.weights)
        if self.dry_run:
            say(_listing(f"the Space {space}", files))
            return
        published = publish_space(files, space)
        say(
            f"The Space {space} {'is' if published.changed else 'was already'} at commit "
            f"{published.commit}; the Hub builds and starts it."
        )


def _listing(name: str, files: Mapping[str, bytes]) -> str:
    lines = [f"{len(files[path]):>12,}  {path}" for path in sorted(files)]
    total = sum(map(len, files.values()))
    return "\n".join([f"To {name} would go", *lines, f"{total:>12,}  bytes in {len(files)} files"])
