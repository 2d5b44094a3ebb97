"""What the walk reads on pages of dashboards and lists."""

from bench import walk, walk_pages

DASHBOARD = """<nav><a class="back-link" href="/dasbor/0?tahun=2025">Indonesia</a> ›
<a class="back-link" href="/dasbor/18?tahun=2025">Lampung</a> › <span>Lampung Timur</span></nav>
<form class="d-print-none" method="get" action="/dasbor/1807">
<select class="form-select" id="saring-usia" name="usia"><option value="">Semua</option>
<option value="&lt;18">Di bawah 18 tahun</option><option value="45+" selected>45+</option></select>
<input class="form-control" type="date" id="saring-dari" name="dari" value="">
<input class="form-check-input" type="checkbox" id="saring-publik" name="publik" value="1">
<a class="back-link" href="/dasbor/1807/p3mi?tahun=2025">Pilih P3MI</a></form>
<a class="chip" href="/dasbor/1807?usia=45%2B"><span>Hapus saringan:</span> Tahun 2025</a>
<a class="chips-clear" href="/dasbor/1807">Hapus semua</a>
<a class="big-number-link" href="/keberangkatan?wilayah=1807&amp;tahun=2025"><span \
class="big-number-value">1.682</span>
2024: <a href="/keberangkatan?wilayah=1807&amp;tahun=2024">681</a> (naik 1)
<tr><th scope="row" class="px-2"><a href="/dasbor/180701?tahun=2025&amp;jk=P">Satu</a></th>
<td class="number px-2"><a href="/keberangkatan?wilayah=180701&amp;jk=P">71</a></td></tr>
<tr><th scope="row" class="px-2"><a href="/dasbor/180702?tahun=2025&amp;jk=P">Dua</a></th>
<td class="number px-2">0</td><td class="number px-2">10,4%</td></tr>"""


def test_a_dashboard_is_read():
    assert walk_pages.children(DASHBOARD) == [
        "/dasbor/180701?tahun=2025&jk=P",
        "/dasbor/180702?tahun=2025&jk=P",
    ]
    assert walk_pages.above(DASHBOARD) == ["/dasbor/0?tahun=2025", "/dasbor/18?tahun=2025"]
    assert walk_pages.chips(DASHBOARD) == ["/dasbor/1807?usia=45%2B"]
    assert walk_pages.choices(DASHBOARD) == {"usia": ["<18", "45+"], "dari": [], "publik": ["1"]}
    assert walk_pages.numbers(DASHBOARD) == [
        (1682, "/keberangkatan?wilayah=1807&tahun=2025"),
        (681, "/keberangkatan?wilayah=1807&tahun=2024"),
        (71, "/keberangkatan?wilayah=180701&jk=P"),
    ]
    beside = [walk._number_beside(DASHBOARD, one) for one in walk_pages.children(DASHBOARD)]
    assert beside == [71, 0]


def test_one_more_filter_keeps_the_others_but_a_year_beside_days():
    address = "/dasbor/18?tahun=2025&jk=P"
    assert walk._with(address, "usia", "<18") == "/dasbor/18?tahun=2025&jk=P&usia=%3C18"
    assert walk._with(address, "dari", "2024-01-01") == "/dasbor/18?jk=P&dari=2024-01-01"
    assert walk._with(address, "tanggal", "belum") == "/dasbor/18?jk=P&tanggal=belum"
