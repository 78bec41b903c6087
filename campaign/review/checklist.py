"""What a reviewer looks at in a post that is out: few questions, from the safeguarding rules that no program can judge
whole, beside each."""

from __future__ import annotations

QUESTIONS = {
    "en": (
        "Is it out as it stands here: text, picture, account?",
        "Is the picture the right one, and does its description say what it shows?",  # SG11, AX01
        "Can nobody be recognised: no name, face or place of a person, and no suspect?",  # SG01 to SG03, SG21
        "Are the help line and its number right, and is help named where it is needed?",  # SG05 to SG07
        "Does every link work, and lead where it should?",  # SG29
        "Can somebody who is watched read it without harm, and does it fit the news of today?",  # SG31, SG32
    ),
    "id": (
        "Apakah unggahannya sama seperti di sini: teks, gambar, akun?",
        "Apakah gambarnya benar, dan apakah deskripsinya menyebut apa yang terlihat?",
        "Apakah tidak ada orang yang bisa dikenali: tanpa nama, wajah, atau tempat seseorang, dan tanpa "
        "terduga pelaku?",
        "Apakah layanan bantuan dan nomornya benar, dan disebut di tempat yang memerlukannya?",
        "Apakah setiap tautan berfungsi dan menuju halaman yang benar?",
        "Apakah aman dibaca orang yang sedang diawasi, dan cocok dengan berita hari ini?",
    ),
}
"""By the language of the page."""
