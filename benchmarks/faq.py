"""How long a search of the FAQ takes: 10,000 entries of one language, of the words of real ones.

python benchmarks/faq.py [--entries 10000] [--language ru]
"""

import argparse
import asyncio
import random
import resource
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from replies.faq.search import Faq
from tests.faq.given import asked, files

WANTED_MS = 50.0


def generate(folder: Path, language: str, entries: int, chance: random.Random) -> None:
    """Entries as long as the real ones, of their words and of as many of their own as a big FAQ has."""
    real = list(files(language).items())
    words = " ".join(text for _, text in real).split()
    own = ["".join(chance.choices("".join(words), k=chance.randint(4, 11))) for _ in range(entries)]
    for name, text in real:
        (folder / name).write_text(text, encoding="utf-8")
    for number in range(entries - len(real)):
        title = " ".join(chance.sample(words, 4) + chance.sample(own, 1))
        body = " ".join(chance.choices(words, k=30) + chance.choices(own, k=5))
        text = f"---\ntitle: {title}\nkeywords: {' '.join(chance.sample(words, 2))}\n---\n{body}\n"
        (folder / f"made-{number}.{language}.md").write_text(text, encoding="utf-8")


async def measure(language: str, entries: int) -> float:
    """The 99th percentile of a search, in milliseconds of CPU: what the clock tells on an idle machine."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        generate(folder, language, entries, random.Random(5))
        faq = Faq(folder)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        start = time.perf_counter()
        await faq.search("warm up")
        loaded = time.perf_counter() - start
        memory = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        spent: list[float] = []
        cpu: list[float] = []
        # One of ten is a letter of 1,000 characters, of which as much is looked at as of any.
        short = [question for _, question in asked("questions", language)] * 5
        long = " ".join(short)
        questions = short + [long[at : at + 1000] for at in range(0, 30 * 100, 100)]
        for question in questions:
            start, busy = time.perf_counter(), time.process_time()
            await faq.search(question)
            spent.append((time.perf_counter() - start) * 1000)
            cpu.append((time.process_time() - busy) * 1000)
        print(
            f"{language}: {len(faq.entries)} entries read in {loaded:.1f} s, {memory:.0f} MB more; a search:"
        )
        for name, each in (("by the clock", sorted(spent)), ("of CPU", sorted(cpu))):
            median, p99 = statistics.median(each), each[int(len(each) * 0.99)]
            print(f"    ms {name}: {median:.1f} (median), {p99:.1f} (p99), {each[-1]:.1f} at most")
        return p99


def main() -> None:
    """Measure, and fail when a search takes longer than was promised."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--entries", type=int, default=10_000)
    arguments.add_argument("--language", choices=("ru", "uk", "en", "fi"), action="append")
    given = arguments.parse_args()
    worst = max(
        asyncio.run(measure(one, given.entries)) for one in given.language or ["ru", "uk", "en", "fi"]
    )
    sys.exit(0 if worst < WANTED_MS else f"slower than {WANTED_MS:.0f} ms")


if __name__ == "__main__":
    main()
