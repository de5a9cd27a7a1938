"""The brake in the cases table: one item, which holds the last word."""

from typing import Final, override

from reprise.adapters.dynamodb.items import key_of
from reprise.adapters.dynamodb.table import Stored
from reprise.ledger.instants import of_ms, to_ms
from reprise.ports.brake import Brake, Word

_KEY: Final = key_of("brake#refunds", "brake")


class DynamoBrake(Stored, Brake):
    """A `Brake` in a table."""

    @override
    def word(self) -> Word | None:
        item = self._table.get(_KEY)
        if item is None:
            return None
        return Word(
            is_held=item["held"]["BOOL"],
            by=item["by"]["S"],
            reason=item["reason"]["S"],
            at=of_ms(int(item["at"]["N"])),
        )

    @override
    def say(self, word: Word) -> None:
        said = {
            "held": {"BOOL": word.is_held},
            "by": {"S": word.by},
            "reason": {"S": word.reason},
            "at": {"N": str(to_ms(word.at))},
        }
        self._table.put(_KEY | said)
