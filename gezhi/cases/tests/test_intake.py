from gezhi.cases.operations import verify_log
from gezhi.cases.tests.conftest import District


def test_a_report_becomes_a_case(district: District) -> None:
    opened = district.open()
    case = district.case(opened.number)
    assert opened.fresh
    assert opened.desk_key == f"grid_worker@{district.cast.grids[0].code}"
    assert case.title == "清溪路 24 号门前路面积水"
    assert case.area_path == district.cast.grids[0].path
    assert verify_log(case).whole
