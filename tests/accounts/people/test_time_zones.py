from zoneinfo import ZoneInfo

import pytest

from accounts.people import time_zones


def test_choices_begin_with_paris_then_overseas():
    group, zones = next(time_zones.choices())
    assert group == "France"
    assert zones[0] == ("Europe/Paris", "France hexagonale (Paris)")
    assert ("Indian/Reunion", "La Réunion") in zones


def test_choices_offer_each_zone_once_and_all_of_them_exist():
    offered = [name for _group, zones in time_zones.choices() for name, _label in zones]
    assert len(offered) == len(set(offered))
    assert {"Europe/Paris", "America/New_York", "America/Argentina/Buenos_Aires", "UTC"} <= set(offered)
    assert all(time_zones.exists(name) for name in offered)
    assert all(ZoneInfo(name) for name in offered)


def test_choices_name_cities_as_people_do():
    labels = {name: label for _group, zones in time_zones.choices() for name, label in zones}
    assert labels["America/New_York"] == "New York"
    assert labels["America/Argentina/Buenos_Aires"] == "Buenos Aires (Argentina)"


def test_label_of_a_zone_is_the_one_it_was_chosen_by():
    for _group, zones in time_zones.choices():
        assert [time_zones.label_of(name) for name, _label in zones] == [label for _name, label in zones]


@pytest.mark.parametrize(("name", "label"), [("", ""), ("Mars", "Mars"), ("Mars/Olympus", "Olympus")])
def test_label_of_a_zone_that_is_no_more_is_what_remains_of_its_name(name, label):
    assert time_zones.label_of(name) == label


@pytest.mark.parametrize("name", ["", "Paris", "Mars/Olympus", "../../etc/passwd", "Europe/Paris\x00", "Etc/GMT+5"])
def test_exists_refuses_what_is_not_offered(name):
    assert not time_zones.exists(name)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../../etc/passwd", "/etc/passwd"])
def test_zone_falls_back_on_the_installation_s_own(name):
    assert time_zones.zone(name) == ZoneInfo("Europe/Paris")


def test_zone_is_the_one_that_was_chosen():
    assert time_zones.zone("Pacific/Noumea") == ZoneInfo("Pacific/Noumea")
