"use strict";
// Everything on the page can be read and selected without this file.
const said = document.getElementById("said");

function announce(text) {
  said.textContent = "";
  setTimeout(() => { said.textContent = text; }, 50); // the same words twice are announced twice
}

async function copy(source) {
  try {
    await navigator.clipboard.writeText(source.value);
    return true;
  } catch {
    source.focus();
    source.select();
    return document.execCommand("copy");
  }
}

for (const button of document.querySelectorAll("button[data-copies]")) {
  const label = button.querySelector(".label");
  const before = label.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const done = await copy(document.getElementById(button.dataset.copies));
    button.focus();
    announce(done ? button.dataset.done : button.dataset.failed);
    label.textContent = done ? button.dataset.copied : before;
    setTimeout(() => { label.textContent = before; }, 2000);
  });
}

const old = document.getElementById("old");
const now = new Date();
const today = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
if (today > old.dataset.reviewBy) old.hidden = false;
