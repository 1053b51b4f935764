"""The fault switches strike the same keys for the same seed, and only what may be switched is switched."""

import pytest

from milepost_sandbox.faults import FAULTS, FaultError, Faults, chosen


def test_all_means_all_and_none_means_none():
    assert chosen(["all"]) == set(FAULTS)
    assert chosen(["none"]) == set()
    assert chosen(["slow", "late"]) == {"slow", "late"}


def test_an_unknown_fault_is_named_with_those_there_are():
    with pytest.raises(FaultError, match=r"unknown fault gremlin; there are rate_limit, .*none and all"):
        chosen(["gremlin"])


def test_the_same_seed_and_key_are_always_struck_alike():
    once = [Faults(7, ["slow"]).strikes("slow", "/path", n, share=0.3) for n in range(200)]
    again = [Faults(7, ["slow"]).strikes("slow", "/path", n, share=0.3) for n in range(200)]
    other = [Faults(8, ["slow"]).strikes("slow", "/path", n, share=0.3) for n in range(200)]
    assert once == again
    assert once != other
    assert 30 < sum(once) < 90


def test_a_fault_that_is_off_strikes_nobody():
    assert not any(Faults(7, ["none"]).strikes("slow", n, share=1.0) for n in range(50))


def test_transport_faults_can_be_switched_while_the_world_runs():
    faults = Faults(7, ["slow", "late"])
    faults.switch(["late", "cut_body"])
    assert faults.names == ("cut_body", "late")


def test_a_fault_that_shapes_rows_is_fixed_when_the_world_is_made():
    faults = Faults(7, ["slow"])
    with pytest.raises(FaultError, match="missing_offset shapes the world's rows"):
        faults.switch(["missing_offset"])
    assert faults.names == ("slow",)
