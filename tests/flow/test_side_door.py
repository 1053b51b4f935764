"""Beside the database file there is a small door: what a command may ask of a Milepost that is running."""

import pytest

from milepost.cli.carrier_health import _states
from milepost.desk.carrier_states import carrier_states
from milepost.desk.side_door import ask_for_carriers, side_door, socket_beside
from milepost.ports.store import StoreError
from tests.flow.test_folder import town


async def test_how_the_carriers_do_is_told_while_milepost_runs(tmp_path):
    config = tmp_path / "milepost.toml"
    config.write_text(f'[store]\nurl = "sqlite:{tmp_path}/m.sqlite"\nkey_file = "{tmp_path}/key"\n')
    door = socket_beside(tmp_path / "m.sqlite")
    async with town(tmp_path) as milepost:
        assert await ask_for_carriers(door) is None
        with pytest.raises(StoreError, match="in use by another program"):
            await _states(config)
        async with side_door(milepost.app, door):
            assert await _states(config) == await carrier_states(milepost.app)
    told = await _states(config)
    assert {one.state for one in told} == {"no_keys"}, "nobody runs it: the file is looked into"
