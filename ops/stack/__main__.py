"""`python -m ops.stack up | down`: the local stack from the command line."""

import argparse
import shlex

from ops.stack import lifecycle, tools
from ops.stack.env import PRODUCT_ENV, StackInfo


def main() -> None:
    """Do what the command says."""
    parser = argparse.ArgumentParser(prog="python -m ops.stack", description=__doc__)
    parser.add_argument("command", choices=["up", "down"])
    if parser.parse_args().command == "up":
        _show(lifecycle.up())
    else:
        PRODUCT_ENV.unlink(missing_ok=True)
        print("The local stack is down." if lifecycle.down() else "No local stack was up.")


def _show(info: StackInfo) -> None:
    rows = {
        "AWS endpoint": info.endpoint,
        "Stripe webhook": info.webhook_url,
        "credits API": info.api_url,
        "event bus": info.event_bus,
        "mailbox bucket": f"{info.mail_bucket}/{info.mail_prefix}",
        "ledger table": info.ledger_table,
        "cases table": info.cases_table,
        "Stripe": f"{info.stripe.url} (a stand-in)",
        "providers": f"{info.provider.url} (a stand-in)",
    }
    print("The local stack is up; `make down` ends it.")
    for name, value in rows.items():
        print(f"  {name:<15}{value}")
    environment = info.product_environment().items()
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in environment]
    PRODUCT_ENV.touch(mode=0o600)
    PRODUCT_ENV.write_text("".join(lines))
    where = PRODUCT_ENV.relative_to(tools.ROOT)
    print(f"A product's backend finds all of it in its environment: `. {where}`")


if __name__ == "__main__":
    main()
