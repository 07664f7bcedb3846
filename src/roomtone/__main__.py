"""``python -m roomtone``: the command, without knowing where its script lies."""

from roomtone.cli import main

if __name__ == "__main__":
    main()
