// Comfort only: every page works without this.
"use strict";

// The net weight, while gross and tare are typed in the form's unit. Whole numbers of a fixed
// scale, no floats.
function scaled(text) {
  const plain = text.normalize("NFKC").replace(/\s/g, "");
  const parts = /^(\d{1,12})(?:\.(\d{1,6}))?$/.exec(plain);
  return parts ? BigInt(parts[1] + (parts[2] || "").padEnd(6, "0")) : null;
}

function written(value) {
  const sign = value < 0n ? "−" : "";
  const digits = (value < 0n ? -value : value).toString().padStart(7, "0");
  const whole = digits.slice(0, -6).replace(/\B(?=(\d{3})+$)/g, ",");
  const fraction = digits.slice(-6).replace(/0+$/, "");
  return sign + whole + (fraction ? "." + fraction : "");
}

for (const form of document.querySelectorAll("form[data-weigh]")) {
  const line = form.querySelector("[data-net]");
  const output = line.querySelector("output");
  const show = () => {
    const gross = scaled(form.elements.gross.value);
    const tare = scaled(form.elements.tare.value);
    const known = gross !== null && tare !== null;
    line.hidden = !known;
    if (known) {
      output.textContent = written(gross - tare) + " " + form.elements.unit.value;
    }
  };
  form.addEventListener("input", show);
  show();
}

// A form that is on its way is not sent again; if it is all the same, the ledger records it once.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) {
      event.preventDefault();
    }
    form.dataset.sent = "1";
  });
}

addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
  }
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
