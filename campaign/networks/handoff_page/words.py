"""What the page and the message say by themselves, in Indonesian and English."""

from __future__ import annotations

from campaign.core.languages import primary

_ENGLISH = {
    "title": "A post waits for {to}",
    "intro": "This one can only be posted by hand. It is due now.",
    "part": "This is part {part} of {parts}: post it as an answer to the part before.",
    "text": "Copy the text",
    "copy_it": "Copy",
    "copied": "Copied",
    "warning": "Put this content warning in front",
    "pictures": "Add the pictures",
    "alt": "Description for people who can't see it",
    "save": "Save the picture",
    "share": "Post it",
    "share_hint": "Copy and paste where it belongs, or open it ready-made in:",
    "back": "Bring the link back",
    "back_hint": "Then the log knows that it is out. Run this, with the address of your post at the end:",
    "address": "ADDRESS",
    "mail": "E-mail",
}
_INDONESIAN = {
    "title": "Satu unggahan menunggu {to}",
    "intro": "Unggahan ini hanya bisa diterbitkan dengan tangan. Sekarang waktunya.",
    "part": "Ini bagian {part} dari {parts}: unggah sebagai balasan bagian sebelumnya.",
    "text": "Salin teksnya",
    "copy_it": "Salin",
    "copied": "Tersalin",
    "warning": "Beri peringatan isi ini di depannya",
    "pictures": "Tambahkan gambarnya",
    "alt": "Deskripsi untuk orang yang tidak dapat melihatnya",
    "save": "Simpan gambar",
    "share": "Unggah",
    "share_hint": "Tempelkan di tempatnya, atau buka yang sudah siap di:",
    "back": "Kirim kembali tautannya",
    "back_hint": "Supaya tercatat sudah terbit. Jalankan ini, dengan alamat unggahan Anda di akhir:",
    "address": "ALAMAT",
    "mail": "Surel",
}


def words(language: str) -> dict[str, str]:
    """The page's own words; English where the language is neither."""
    return _INDONESIAN if words_language(language) == "id" else _ENGLISH


def words_language(language: str) -> str:
    """The language of ``words``."""
    return "id" if primary(language) == "id" else "en"
