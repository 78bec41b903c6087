"use strict";
// Everything can be read without this. Nothing is sent anywhere: marks are saved as a file.
const at = (id) => document.getElementById(id);
const body = document.body;
const word = body.dataset;
const posts = [...document.querySelectorAll("fieldset")];
const ids = new Map(); // what was saved keeps its id, so that a second file counts it once
let unsaved = false;

function uuid() {
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 15) | 64;
  b[8] = (b[8] & 63) | 128;
  const hex = [...b].map((n) => n.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function read(post) {
  const verdict = post.querySelector("input:checked").value;
  const text = verdict === "flag" ? post.querySelector("textarea").value.trim() : "";
  return { post, key: post.dataset.key, verdict, text };
}

function count() {
  const number = posts.filter((post) => read(post).verdict).length;
  at("count").textContent = word.count.replace("{number}", number).replace("{all}", posts.length);
}

function complain(text, field) {
  at("wrong").textContent = text;
  for (const old of document.querySelectorAll("[aria-invalid]")) old.removeAttribute("aria-invalid");
  if (!text || !field) return;
  field.setAttribute("aria-invalid", "true");
  field.focus();
}

function save() {
  complain("");
  const by = at("by").value.trim().toLowerCase();
  const made = posts.map(read).filter((mark) => mark.verdict);
  const silent = made.find((mark) => mark.verdict === "flag" && !mark.text);
  if (!made.length) return complain(word.noMarks);
  if (made.length > Number(word.most)) return complain(word.many);
  if (silent) return complain(word.noText, silent.post.querySelector("textarea"));
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(by)) return complain(word.noBy, at("by"));
  const marks = made.map(({ key, verdict, text }) => {
    const same = JSON.stringify([by, key, verdict, text]);
    if (!ids.has(same)) ids.set(same, uuid());
    return { id: ids.get(same), key, verdict, text };
  });
  const text = JSON.stringify({ format: word.format, workspace: word.workspace, by, marks }, null, 1);
  const name = `marks-${by}-${word.made}.json`;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  unsaved = false;
  at("copy").value = text;
  at("instead").hidden = false;
  at("said").textContent = word.saved.replace("{file}", name);
}

for (const post of posts) {
  const about = post.querySelector(".about");
  post.addEventListener("change", () => {
    about.hidden = read(post).verdict !== "flag";
    unsaved = true;
    count();
  });
}
at("save").addEventListener("click", save);
addEventListener("beforeunload", (event) => { if (unsaved) event.preventDefault(); });
for (const part of document.querySelectorAll(".scripted")) part.hidden = false;
at("no-script").hidden = true;
count();
