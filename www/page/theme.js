// Light, dark, or what the system says; the choice is kept in this browser.
import { byId } from "./element.js";

const CHOICES = ["system", "light", "dark"];
const STORED = "rescind-theme";

const button = byId("theme");
apply(CHOICES.includes(localStorage.getItem(STORED)) ? localStorage.getItem(STORED) : "system");
button.addEventListener("click", () =>
  apply(CHOICES[(CHOICES.indexOf(document.documentElement.dataset.theme) + 1) % CHOICES.length]),
);

function apply(choice) {
  document.documentElement.dataset.theme = choice;
  localStorage.setItem(STORED, choice);
  button.textContent = `Theme: ${choice}`;
}
