const heard = element.querySelector(".lab-hear");
const button = (name) => element.querySelector(`[data-do="${name}"]`);

const dialog = element.querySelector("dialog");
button("explain").addEventListener("click", () => dialog.showModal());
dialog.addEventListener("click", (event) => {
  if (event.target === dialog) dialog.close(); // a click beside it
});

const copy = button("copy");
const word = copy.querySelector("span");
let timer = 0;
copy.addEventListener("click", async () => {
  copy.style.width = copy.getBoundingClientRect().width + "px"; // nothing moves
  const done = await lab.copyLink();
  copy.dataset.done = done;
  word.textContent = done ? "Copied" : "No luck";
  heard.textContent = done
    ? "The address is on the clipboard."
    : "The browser does not allow copying; take the address from its bar.";
  clearTimeout(timer);
  timer = setTimeout(() => {
    word.textContent = "Copy link";
    delete copy.dataset.done;
  }, 1600);
});

const dark = (on) => document.body.classList.toggle("dark", on);
const kept = (() => {
  try {
    return localStorage.getItem("mnistlab-theme");
  } catch {
    return null; // storage may be off; the page follows the system then
  }
})();
if (kept && !lab.query.get("__theme")) dark(kept === "dark");
button("theme").addEventListener("click", () => {
  const on = !document.body.classList.contains("dark");
  dark(on);
  try {
    localStorage.setItem("mnistlab-theme", on ? "dark" : "light");
  } catch {
    /* not kept, then */
  }
});
