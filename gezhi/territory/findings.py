"""What an import finds wrong, said so that the reader can mend it: where, what, and what to do."""

import dataclasses
from dataclasses import dataclass

# key → (中文, English); {…} are filled from the finding's values
_WORDS: dict[str, tuple[str, str]] = {
    "code_missing": ("没有代码，请填写或用 --code 指定代码列", "no code: fill it in, or name the column with --code"),
    "code_signs": (
        "代码“{code}”含有不能用的字符（斜线或控制字符），请换掉",
        "code '{code}' has signs that can't stand in a code (a slash or a control sign): replace them",
    ),
    "code_scientific": (
        "代码“{code}”被电子表格改成了科学计数，请把该列设为文本后重填",
        "code '{code}' was made scientific notation by a spreadsheet: format the column as text and fill it again",
    ),
    "code_length": (
        "代码“{code}”有 {length} 位，应为 2、4、6、9、12 或 15 位数字",
        "code '{code}' has {length} signs; it needs 2, 4, 6, 9, 12 or 15 digits",
    ),
    "code_region": (
        "代码“{code}”的前两位 {region} 不是省级代码",
        "code '{code}' begins with {region}, which is no province",
    ),
    "code_township": (
        "代码“{code}”的乡级段 {part} 超出 001–599",
        "code '{code}': township part {part} is outside 001-599",
    ),
    "code_village": (
        "代码“{code}”的村级段 {part} 超出 001–599",
        "code '{code}': village part {part} is outside 001-599",
    ),
    "code_grid": ("代码“{code}”的网格段 {part} 应从 001 起", "code '{code}': grid part {part} must start from 001"),
    "code_duplicate": (
        "代码“{code}”与第 {other} 行重复",
        "code '{code}' is already in row {other}: give each area its own",
    ),
    "name_missing": ("没有名称，请填写或用 --name 指定名称列", "no name: fill it in, or name the column with --name"),
    "name_long": (
        "名称有 {length} 个字，最多 {most} 个，请缩短",
        "the name has {length} characters, at most {most} are kept: shorten it",
    ),
    "level_missing": (
        "没有层级，请用 --level 指定，或加 level 列",
        "no level: give it with --level or in a column 'level'",
    ),
    "level_unknown": (
        "方案里没有“{level}”这一层级，请填其中一个：{levels}",
        "'{level}' is no level of the plan: write one of {levels}",
    ),
    "parent_unknown": (
        "上级“{parent}”既不在文件中，也不在已有区域中，请先导入上级或改正代码",
        "parent '{parent}' is neither in the file nor among the areas: import it first, or mend the code",
    ),
    "parent_loop": ("上级关系成环：{chain}", "the parents go round in a circle: {chain}"),
    "parent_waits": (
        "上级“{parent}”有错未导入，本行也不能导入",
        "its parent '{parent}' has an error and is not imported, so this row can't be either",
    ),
    "number_bad": ("“{value}”不是 0 以上的整数", "'{value}' is no whole number of 0 or more"),
    "shape_kind": ("边界是 {kind}，应为多边形", "the boundary is a {kind}; it must be a polygon"),
    "shape_empty": ("边界是空的，请补画或删去该几何", "the boundary is empty: draw it, or leave the geometry out"),
    "shape_invalid": (
        "边界多边形无效：{reason}，在 {lon}, {lat} 附近，请在该处修正（自相交时调整顶点顺序）",
        "the polygon is invalid: {reason} near {lon}, {lat}: mend it there (of a bow-tie, set the corners in order)",
    ),
    "shape_range": (
        "坐标 {x}, {y} 不是经纬度，可能是投影坐标：请附 .prj，或转换为经纬度",
        "coordinates {x}, {y} are no degrees, perhaps projected: add the .prj, or convert to longitude and latitude",
    ),
    "shape_overlap": (
        "与“{other}”重叠 {area} 平方米，在 {lon}, {lat} 附近",
        "overlaps '{other}' by {area} m² near {lon}, {lat}: move one border onto the other",
    ),
    "shape_gap": (
        "区域之间有 {area} 平方米空隙，在 {lon}, {lat} 附近，邻近“{near}”",
        "a gap of {area} m² near {lon}, {lat}, beside '{near}': move a border onto its neighbour's",
    ),
    "crs_suspected": (
        "坐标系可能不对：按 {declared} 与已有边界重合 {as_is}%，按 {better} 重合 {then}%，请用 --crs {better} 再试",
        (
            "looks shifted by {better_name}: read as {declared} it matches the known outline by {as_is} %, "
            "read as {better} by {then} %: try --crs {better}"
        ),
    ),
    "date_early": (
        "“{code}”在 {since} 已有更晚的状态，生效日期不能早于它",
        "'{code}' has a later state from {since} on: choose a date that is not earlier",
    ),
    "code_taken": (
        "代码“{code}”在该日期已被使用，请换一个",
        "code '{code}' is in use on that date: choose another",
    ),
    "closed_already": (
        "“{code}”在 {on} 不存在（{since} 至 {until}），不能变更",
        "'{code}' does not exist on {on} (it holds {since} to {until}), so it can't be changed",
    ),
    "parts_few": ("请给出至少两个部分", "give at least two parts"),
    "parts_differ": (
        "{codes} 的层级或所在的网不同，不能合并",
        "{codes} differ in level or net, so they can't become one",
    ),
    "shape_missing": (
        "“{code}”没有边界，而原区域有：请为每个部分画边界",
        "'{code}' has no boundary, but the area has one: draw each part",
    ),
    "ground_lost": (
        "有 {area} 平方米不再属于任何部分，在 {lon}, {lat} 附近",
        "{area} m² near {lon}, {lat} would belong to no part: the parts must cover the ground",
    ),
    "ground_gained": (
        "超出原边界 {area} 平方米，在 {lon}, {lat} 附近",
        "{area} m² near {lon}, {lat} lie outside the former border: keep within it, or redraw the neighbours too",
    ),
    "children_left": (
        "下级 {codes} 没有归入任何部分",
        "the areas below, {codes}, are given to no part: say which part takes each",
    ),
    "children_open": (
        "“{code}”下还有 {count} 个区域，请先移走或关闭",
        "{count} areas are still below '{code}': move or close them first",
    ),
    "undo_late": (
        "这次变更自 {on} 起已经生效（或是一次导入），不能撤销；请另做一次变更",
        "this change holds since {on} (or was an import) and can't be undone: enter another change instead",
    ),
    "undo_followed": (
        "“{code}”在 {on} 还有另一次变更，请先撤销那一次",
        "'{code}' has another change on {on}: undo that one first",
    ),
    "undo_used": (
        "新区域 {code} 上已经登记了任职或事件，请先移走再撤销",
        "posts or cases hang on the new areas {code} already: move them first, then undo",
    ),
    "cut_misses": (
        "这条线没有把网格切成两块：请从边界外画到边界外，穿过网格",
        "this line does not cut the grid in two: draw from outside the border, through the grid, to outside again",
    ),
    "cut_many": (
        "这条线把网格切成了 {count} 块，最多 {most} 块：请画简单一些",
        "this line cuts the grid into {count} parts, at most {most} are made: draw a simpler one",
    ),
    "line_short": ("一条线至少要两个点", "a line needs at least two points"),
    "ground_out": (
        "有 {area} 平方米在 {lon}, {lat} 附近不与任何相邻网格相接，不能让出：外边界请用导入修改",
        "{area} m² near {lon}, {lat} touch no neighbour that could take them: change an outer border by an import",
    ),
    "neighbour_gone": (
        "这样画会把相邻的“{code}”整个占去，请改用合并",
        "this would take the whole of the neighbour '{code}': merge the two instead",
    ),
    "move_below": ("不能把“{code}”移到它自己之下", "'{code}' can't be moved below itself"),
    "column_missing": (
        "文件没有“{column}”列，有的列是：{columns}",
        "the file has no column '{column}'; it has: {columns}",
    ),
    "row_short": ("这一行的列数与表头不同（{count}／{wanted}）", "the row has {count} fields, the header {wanted}"),
    "file_kind": (
        "不认识的文件类型“{suffix}”，可用 .geojson .json .shp .zip .gpkg .csv .xlsx",
        "unknown kind of file '{suffix}': use .geojson .json .shp .zip .gpkg .csv or .xlsx",
    ),
    "file_unreadable": ("文件读不出来：{reason}", "the file can't be read: {reason}"),
    "file_empty": ("文件里没有数据行", "the file has no rows"),
    "file_gbk": ("文件不是 UTF-8，已按 GBK 读取", "the file is not UTF-8; it was read as GBK"),
    "code_from_name": ("没有代码列，用名称作代码", "there is no code column: the names serve as codes"),
    "parents_none": (
        "{count} 行按代码没有已知的上级，作为顶层导入（如“{example}”）",
        "{count} rows have no known parent by their codes and become tops (for instance '{example}')",
    ),
}

# what the geometry library says of a polygon
_REASONS = {
    "Self-intersection": "边界自相交",
    "Ring Self-intersection": "边界自相接",
    "Hole lies outside shell": "洞在边界之外",
    "Holes are nested": "洞中有洞",
    "Nested shells": "区块相套",
    "Interior is disconnected": "内部不连通",
    "Too few points in geometry component": "顶点太少",
    "Duplicate Rings": "边界重复",
}

NOTES = frozenset({"file_gbk", "code_from_name", "parents_none"})
# wrong, but the row itself may be kept when the office says so
OF_THE_WHOLE = frozenset({"shape_gap", "crs_suspected"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found: the row (1 = the first under the header; 0 = the file), the field, and the words for it."""

    row: int
    field: str
    key: str
    values: dict[str, str] = dataclasses.field(default_factory=dict)
    suggestion: str = ""
    area: str = ""

    @property
    def is_note(self) -> bool:
        """Say whether it only tells, and stops nothing."""
        return self.key in NOTES

    @property
    def spoils_row(self) -> bool:
        """Say whether its row can't be kept."""
        return not self.is_note and self.key not in OF_THE_WHOLE

    def say(self, language: str) -> str:
        """Return the finding in a language such as `zh-hans` or `en`, without its place."""
        zh, en = _WORDS[self.key]
        english = language.startswith("en")
        values = self.values
        if not english and "reason" in values:
            values = {**values, "reason": _REASONS.get(values["reason"], values["reason"])}
        words = (en if english else zh).format(**values)
        if not self.suggestion:
            return words
        return (
            f"{words} → {self.suggestion}?" if language.startswith("en") else f"{words}，是否应为 {self.suggestion}？"
        )
