"""Names for invented people: common given names of the peoples of Lampung, put together at random.

No list of real persons stands behind them, and every number beside them is invented too.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class NameLists:
    """Given names of one people, and what may follow them."""

    share: int
    women: tuple[str, ...]
    men: tuple[str, ...]
    women_second: tuple[str, ...]
    men_second: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


JAVANESE = NameLists(
    share=62,
    women=_words(
        "Siti Sri Dwi Tri Wahyu Endang Rini Yuni Sulastri Suyati Wiwik Puji Ratna Lestari Mujiati"
        " Partini Sumiati Karsini Tutik Indah Eka Nur Winarti Ngatini Retno Erna Fitri Anik"
        " Umi Khoirul Zulaikha Nurul Lilis Sugiarti Ambar"
    ),
    men=_words(
        "Agus Bambang Sutrisno Slamet Joko Eko Dwi Tri Wahyu Suparman Sugeng Mulyono Hadi Budi"
        " Andi Rudi Supri Triyono Wagimin Teguh Yanto Sarwo Imam Ahmad Muhammad Nur Khoirul Arif"
        " Rohmat Fajar Rizki Dedi Heri"
    ),
    women_second=_words(
        "Wahyuni Lestari Astuti Rahayu Handayani Ningsih Utami Purwanti Susanti Wulandari Widayati"
        " Rohmah Khasanah Aisyah Fatimah Maryani Setyowati Puspitasari Yuliana Fadilah Hidayah"
        " Kusumawati Anggraini Safitri Marlina"
    ),
    men_second=_words(
        "Santoso Prasetyo Wibowo Setiawan Nugroho Susanto Purnomo Saputra Hidayat Kurniawan"
        " Wijaya Raharjo Firmansyah Mustofa Sulaiman Hakim Rohman Haryanto Cahyono Ramadhan"
    ),
)
SUNDANESE = NameLists(
    share=16,
    women=_words("Neneng Euis Iis Imas Dede Ai Cucu Yeti Tati Entin Nani Rina Lina Elis Wati Ade"),
    men=_words("Asep Dadang Ujang Cecep Dede Iwan Yayan Tatang Jajang Deni Endang Ade Aep Uus"),
    women_second=_words("Nurhayati Rohayati Sumarni Kartika Komariah Mulyani Suryani Sari Karlina"),
    men_second=_words(
        "Suhendar Sobari Kosasih Suryana Hermawan Mulyana Supriatna Ruhiyat Nurjaman"
    ),
)
LAMPUNG = NameLists(
    share=13,
    women=_words(
        "Rosdiana Yusnani Herlina Zuraida Maryati Nurbaiti Yulinar Desi Mega Intan Dewi Melda"
    ),
    men=_words(
        "Zulkifli Herman Rizal Hendra Edison Yusrizal Darwin Ferdi Ridwan Syahrul Ibrahim Alfian"
    ),
    women_second=_words("Wati Sari Yanti Puspita Permata Hartati Novita Oktavia Safira Damayanti"),
    men_second=_words("Efendi Saleh Jaya Perdana Basri Putra Iskandar Mahendra Pratama Alamsyah"),
)
BALINESE = NameLists(
    share=9,
    women=("Ni Wayan", "Ni Made", "Ni Nyoman", "Ni Ketut", "Ni Luh", "Ni Komang", "Ni Kadek"),
    men=("I Wayan", "I Made", "I Nyoman", "I Ketut", "I Gede", "I Komang", "I Kadek"),
    women_second=_words(
        "Sari Suryani Ariani Sukerti Puspawati Dewi Widiani Ratnadi Sulasih Astini"
    ),
    men_second=_words(
        "Suarta Sudiarta Wirawan Artana Budiasa Mertayasa Sukadana Arnawa Wiguna Suastika"
    ),
)

PEOPLES = (JAVANESE, SUNDANESE, LAMPUNG, BALINESE)

HAMLETS = _words("Mawar Melati Sidodadi Mulyorejo Sukamaju Karanganyar Margorejo Tanjungsari")
