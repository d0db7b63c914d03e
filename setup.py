"""Puts config.example.toml, which stands beside the packages for its readers, into the wheel too."""

from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

EXAMPLE = "config.example.toml"


class BuildWithExample(build_py):
    """The usual build, and one file more. An editable install reads the file where it stands."""

    def run(self) -> None:
        super().run()
        if not self.editable_mode:
            self.copy_file(EXAMPLE, str(Path(self.build_lib) / "bot" / EXAMPLE))


setup(cmdclass={"build_py": BuildWithExample})
