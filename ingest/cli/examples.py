"""Two examples of each verb, for its help. The tests run every one."""

from __future__ import annotations

import msgspec


class Example(msgspec.Struct, frozen=True):
    """What somebody may want, the words for it, and the exit code that is right then."""

    about: str
    words: str
    code: int = 0


EXAMPLES: dict[str, tuple[Example, ...]] = {
    "watch": (
        Example("Watch the folder news, and make the store where there is none:", "ingest watch news"),
        Example(
            "Look every few seconds, where the system tells nothing:", "ingest watch news --backend poll"
        ),
    ),
    "scan": (
        Example("Record what changed in a folder since the last time:", "ingest scan news"),
        Example("The same for every known root, from cron:", "ingest scan --quiet"),
    ),
    "sync": (
        Example("Wait until everything saved so far is in the store:", "ingest sync"),
        Example("Only in one root, and at most five seconds:", "ingest sync --root news --timeout 5"),
    ),
    "check": (
        Example("What would a scan record?", "ingest check"),
        Example("Trust no file's times, read them all:", "ingest check news --deep"),
    ),
    "status": (
        Example("Is all well?", "ingest status"),
        Example("For a monitor; here no daemon runs, which is 4:", "ingest status --exit-code", 4),
    ),
    "roots": (
        Example("Which folders are watched?", "ingest roots"),
        Example("Call the root news otherwise from now on:", "ingest roots rename news desk"),
    ),
    "ls": (
        Example("What lies below a folder of the root?", "ingest ls harbour/"),
        Example(
            "Which English documents were there after the third change?", "ingest ls --at seq:3 --language en"
        ),
    ),
    "log": (
        Example("The history of one document:", "ingest log bridge.txt"),
        Example(
            "What changed in substance below a folder?",
            "ingest log --prefix harbour/ --significance reworded,substantive",
        ),
    ),
    "show": (
        Example("The text of the latest version:", "ingest show bridge.txt"),
        Example("The bytes of the first one:", "ingest show bridge.txt@1 --raw"),
    ),
    "diff": (
        Example("What did the last edit change? A difference is 1:", "ingest diff bridge.txt --word", 1),
        Example("Which documents differ since the third change?", "ingest diff --from seq:3", 1),
    ),
    "explain": (
        Example("Why is the last edit of a document called what it is?", "ingest explain bridge.txt"),
        Example("The same as a record, of two versions:", "ingest explain bridge.txt@1..2 --json"),
    ),
    "blame": (
        Example("Since which version does each sentence stand there?", "ingest blame bridge.txt"),
        Example("What did it say before, and no longer?", "ingest blame bridge.txt --deleted"),
    ),
    "search": (
        Example("Which documents have one word and not the other?", "ingest search 'bridge NOT quay'"),
        Example("Did any version ever say so?", "ingest search '\"three weeks\"' --all-versions"),
    ),
    "restore": (
        Example(
            "Write the first version beside the latest:", "ingest restore bridge.txt@1 --to bridge-1.txt"
        ),
        Example("Bring a deleted document back:", "ingest restore ferry.txt@latest"),
    ),
    "export": (
        Example("The whole corpus as it is, in a new folder:", "ingest export now"),
        Example("As it stood after the third change:", "ingest export then --at seq:3"),
    ),
    "changes": (
        Example("What came after the third change?", "ingest changes --since 3 --json"),
        Example(
            "What has the reader desk not said that it has?",
            "ingest changes --cursor desk --peek --limit 100",
        ),
    ),
    "cursors": (
        Example("How far behind is each reader?", "ingest cursors"),
        Example("The reader desk is done up to the second change:", "ingest cursors move desk 2"),
    ),
    "serve": (
        Example("Look at the history in a browser, at http://127.0.0.1:8000/:", "ingest serve"),
        Example("At another port, times in UTC:", "ingest serve --port 8080 --utc"),
    ),
    "mcp": (
        Example("What a program that asks questions is told to start:", "ingest mcp"),
        Example("The same, moments without an offset read as UTC:", "ingest mcp --utc"),
    ),
    "report": (
        Example("What happened from the fourth change on?", "ingest report --since seq:4"),
        Example("The same as a page for others:", "ingest report --since seq:4 --html report.html"),
    ),
    "renormalise": (
        Example("How many texts would a newer normaliser make anew?", "ingest renormalise --dry-run"),
        Example("Make them, of one root:", "ingest renormalise news"),
    ),
    "coverage": (
        Example("When was the root watched, and when not?", "ingest coverage news"),
        Example("The same for one document:", "ingest coverage --document bridge.txt"),
    ),
    "verify": (
        Example("Does the log agree with its hashes?", "ingest verify"),
        Example("Read every stored byte too:", "ingest verify --deep"),
    ),
    "db": (
        Example("Is the schema as this program describes it?", "ingest db check"),
        Example("Bring an older store up to date:", "ingest db upgrade"),
    ),
    "index": (
        Example("How far is the index?", "ingest index status"),
        Example("Throw it away and make it anew:", "ingest index rebuild"),
    ),
    "doctor": (
        Example("What is wrong, and what mends it?", "ingest doctor"),
        Example("The same, for a program:", "ingest doctor --json"),
    ),
    "completion": (
        Example("Into a file that ~/.bashrc reads:", "ingest completion bash > ~/.ingest-completion.bash"),
        Example("The same for ~/.zshrc:", "ingest completion zsh > ~/.ingest-completion.zsh"),
    ),
}
