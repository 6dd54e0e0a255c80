"""The commands, a module each; `flows.cli.COMMANDS` names them."""
