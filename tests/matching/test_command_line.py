import csv
import gzip
import json
import math

import pytest

from matching.command_line import main

NEEDS = [("n1", "钢板表面缺陷检测", "人工目检漏检率高"), ("n2", "仓库物流调度", "叉车空驶"), ("n3", "锅炉能耗预测", "")]
CAPABILITIES = [
    ("c1", "表面缺陷视觉检测系统", ""),
    ("c2", "叉车调度平台", ""),
    ("c3", "能耗预测模型", ""),
    ("c4", "客服机器人", ""),
]


def write(path, header, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return str(path)


@pytest.fixture
def files(tmp_path):
    """Two needs with ten judged candidates each: the fitting one has grade 4, another 3, the others 1."""
    fillers = [(f"f{number}", f"无关产品{number}", "") for number in range(8)]
    judgements = [("n1", "c1", 4), ("n1", "c4", 3), ("n2", "c2", 4), ("n2", "c1", 2)]
    judgements += [(need, filler[0], 1) for need in ("n1", "n2") for filler in fillers]
    return {
        "needs": write(tmp_path / "n.csv", ["id", "title", "body"], NEEDS),
        "capabilities": write(tmp_path / "c.csv", ["id", "title", "body"], [*CAPABILITIES, *fillers]),
        "judgements": write(tmp_path / "j.csv", ["need_id", "capability_id", "grade"], judgements),
    }


def run(capsys, *arguments):
    code = main(arguments)
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def ranking(files, **replaced):
    given = files | replaced
    return ["rank", *(part for name in ("needs", "capabilities", "judgements") for part in (f"--{name}", given[name]))]


def test_rank_prints_the_figures_of_the_needs_that_count(capsys, files):
    code, out, _ = run(capsys, *ranking(files), "--json")
    figures = json.loads(out)
    assert code == 0
    assert figures["needs"] == 2  # n3 is judged by nobody
    # n1: c1 (grade 4) first; of those with no character in common, all tied, c4 (grade 3) comes first by its id.
    assert figures["ndcg_at_10"] == 1.0
    assert figures["map"] == 1.0
    assert figures["recall_at_10"] == 1.0
    assert figures["model"] == "none"


def test_rank_over_the_whole_collection_finds_what_is_judged(capsys, files):
    code, out, _ = run(capsys, *ranking(files), "--pool", "all", "--json")
    assert code == 0
    figures = json.loads(out)
    assert figures["needs"] == 2
    # Only what shares a term comes into the second stage: c1 for n1, c2 for n2. The rest follows by id, c4 before f0.
    assert figures["ndcg_at_10"] == 1.0


def test_learning_needs_all_three_files_and_enough_needs(capsys, files):
    code, out, err = run(capsys, *ranking(files), "--train-needs", files["needs"])
    assert (code, out) == (2, "")
    assert "give all three of --train-needs, --train-capabilities and --train-judgements" in err
    training = [f"--train-{name}" for name in ("needs", "capabilities", "judgements")]
    code, out, err = run(capsys, *ranking(files), *(part for t in training for part in (t, files[t[8:]])))
    assert (code, out) == (2, "")
    assert "2 needs are judged; a ranking is learned from 10 or more" in err


def test_merge_leaves_re_posts_out_unless_asked(capsys, files, tmp_path):
    needs = [
        ("a", "钢板表面缺陷检测", ""),
        ("b", "钢板缺陷检测", ""),
        ("c", "仓库调度", ""),
        ("d", "钢板表面缺陷检测", ""),
    ]
    grades = [("a", "b", 2), ("a", "c", 0), ("a", "d", 3), ("b", "c", 1)]
    arguments = [
        "merge",
        "--needs",
        write(tmp_path / "m.csv", ["id", "title", "body"], needs),
        "--grades",
        write(tmp_path / "g.csv", ["need_a", "need_b", "grade"], grades),
        "--json",
    ]
    figures = json.loads(run(capsys, *arguments)[1])
    assert (figures["pairs"], figures["positives"]) == (3, 1)
    assert (figures["average_precision"], figures["best_f1"]) == (1.0, 1.0)
    figures = json.loads(run(capsys, *arguments, "--reposts")[1])
    assert (figures["pairs"], figures["positives"]) == (4, 2)


def test_join_writes_the_pairs(capsys, tmp_path):
    documents = write(
        tmp_path / "d.csv", ["id", "title", "body"], [("b", "焊缝检测", ""), ("a", "焊缝检测", ""), ("c", "x", "")]
    )
    zipped = tmp_path / "d.csv.gz"
    zipped.write_bytes(gzip.compress((tmp_path / "d.csv").read_bytes()))
    for path in (documents, str(zipped)):
        out = tmp_path / "pairs.csv"
        code, printed, _ = run(
            capsys, "join", "--documents", path, "--min-similarity", "0.5", "--out", str(out), "--json"
        )
        figures = json.loads(printed)
        assert (code, figures["documents"], figures["pairs"]) == (0, 3, 1)
        assert out.read_text(encoding="utf-8").splitlines() == ["a,b,similarity", "a,b,1.000000"]
        assert {"seconds", "cpu_seconds", "peak_memory_mib", "join_seconds", "join_cpu_seconds"} <= set(figures)
        assert math.isfinite(figures["peak_memory_mib"])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("id,title\n1,甲\n", "line 1: the column body is missing; the header has id, title"),
        ("", "line 1: the column id, title, body is missing; the header has nothing"),
        ("id,title,body\n1,甲,乙\n2,丙\n", "line 3, column body: 2 cells where the header has 3"),
        ("id,title,body\n1,甲,乙,丁\n", "line 2, column 4: 4 cells where the header has 3"),
        ("id,title,body\n1,甲,乙\n1,丙,丁\n", "line 3, column id: '1' stands in line 2 too"),
        ("id,title,body\n,甲,乙\n", "line 2, column id: it is empty"),
        ('id,title,body\n1,"甲"x,乙\n', "line 2, column title: ',' expected after '\"'"),
        ('id,title,body\n1,甲,"乙, ""丙""\n2,丁,戊\n', "line 2, column body: unexpected end of data"),
        ('id,title,body\n1,"甲\n乙",丙\n2,"丁\n戊"\n', "line 4, column body: 2 cells where the header has 3"),
        ('"id,title,body\n1,甲,乙\n', "line 1, column 1: unexpected end of data"),
        (f"id,title,body\n1,甲,乙\n2,甲,{'乙' * 10_000_001}\n", "line 3, column body: field larger than field limit"),
        ("id,title,body,title\n1,甲,乙,丙\n", "line 1, column title: the header has it more than once"),
        (b"id,title,body\n1,\xff\xfe,\n", "line 2, column title: it is not UTF-8; save the file as CSV in UTF-8"),
        (
            b"id,title,body\n" + b"1,a,b\n" + b"2,c," + b"d" * 9_000 + "检".encode("gbk"),
            "line 3, column body: it is not UTF-8",
        ),
        (None, "it cannot be read (No such file or directory)"),
    ],
)
def test_a_malformed_file_is_named_with_line_and_column(capsys, tmp_path, content, message):
    path = tmp_path / "bad.csv"
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    code, out, err = run(capsys, "join", "--documents", str(path), "--min-similarity", "0.5")
    assert (code, out) == (2, "")
    assert err.startswith(f"matching: {path}")
    assert message in err


@pytest.mark.parametrize("cut", [slice(0, 25), slice(0, -1), slice(3, None)])
def test_a_damaged_archive_is_named(capsys, tmp_path, cut):
    path = tmp_path / "bad.csv.gz"
    path.write_bytes(gzip.compress("id,title,body\n1,甲,乙\n".encode())[cut])
    code, out, err = run(capsys, "join", "--documents", str(path), "--min-similarity", "0.5")
    assert (code, out) == (2, "")
    assert err.startswith(f"matching: {path}: it cannot be read (")


def test_an_archive_with_a_changed_byte_is_named(capsys, tmp_path):
    path = tmp_path / "bad.csv.gz"
    packed = bytearray(gzip.compress("id,title,body\n1,甲,乙\n".encode()))
    packed[10] ^= 0xFF  # the first byte of what is packed: a kind of block that does not exist
    path.write_bytes(packed)
    code, out, err = run(capsys, "join", "--documents", str(path), "--min-similarity", "0.5")
    assert (code, out) == (2, "")
    assert err.startswith(f"matching: {path}: it cannot be read (")


def test_a_pair_of_needs_has_one_grade_in_either_order(capsys, files, tmp_path):
    grades = [("n1", "n2", 2), ("n2", "n1", 2), ("n1", "n3", 0), ("n3", "n1", 1)]
    path = write(tmp_path / "g.csv", ["need_a", "need_b", "grade"], grades[:3])
    code, out, _ = run(capsys, "merge", "--needs", files["needs"], "--grades", path, "--json")
    assert (code, json.loads(out)["pairs"], json.loads(out)["positives"]) == (0, 2, 1)
    path = write(tmp_path / "g.csv", ["need_a", "need_b", "grade"], grades)
    code, out, err = run(capsys, "merge", "--needs", files["needs"], "--grades", path, "--json")
    assert (code, out) == (2, "")
    assert "line 5, column grade: ('n1', 'n3') has grade 0 further up" in err


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("n1", "c1", "5"), "line 2, column grade: 5 is not a whole number from 1 to 4"),
        (("n1", "c1", "gut"), "line 2, column grade: 'gut' is not a whole number from 1 to 4"),
        (("n9", "c1", "1"), "line 2, column need_id: there is no 'n9' in its file"),
        (("n1", "c9", "1"), "line 2, column capability_id: there is no 'c9' in its file"),
    ],
)
def test_a_judgement_that_cannot_be_is_named(capsys, files, tmp_path, row, message):
    bad = write(tmp_path / "bad.csv", ["need_id", "capability_id", "grade"], [row])
    code, out, err = run(capsys, *ranking(files, judgements=bad))
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize("threshold", ["0", "1.5", "-1", "nan"])
def test_a_senseless_threshold_is_refused(capsys, files, threshold):
    code, _, err = run(capsys, "join", "--documents", files["needs"], "--min-similarity", threshold)
    assert code == 2
    assert "it has to be above 0 and at most 1" in err
