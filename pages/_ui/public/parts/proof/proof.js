"use strict";

/* Finds the number that solves the challenge, in slices, so that typing stays smooth, and hands it to the form. */
const words = document.getElementById("words");
const tell = (type, more) => window.parent.postMessage({ isStreamlitMessage: true, type, ...more }, "*");
const SLICE_MS = 12;
let solving = "";

function solve(token, bits, ready) {
  let number = 0;
  const slice = () => {
    if (solving !== token) return;
    const until = performance.now() + SLICE_MS;
    while (performance.now() < until) {
      for (let i = 0; i < 64; i += 1, number += 1) {
        if (digest(`${token}:${number}`)[0] >>> (32 - bits) === 0) {
          words.textContent = ready;
          tell("streamlit:setComponentValue", { value: { token, answer: String(number) }, dataType: "json" });
          return;
        }
      }
    }
    setTimeout(slice, 0);
  };
  slice();
}

window.addEventListener("message", (event) => {
  if (event.data.type !== "streamlit:render" || event.source !== window.parent) return;
  const { token, bits, waiting, ready } = event.data.args;
  if (event.data.theme) document.body.style.color = event.data.theme.textColor;
  if (token === solving) return;
  solving = token;
  words.textContent = waiting;
  tell("streamlit:setFrameHeight", { height: 48 });
  solve(token, bits, ready);
});
tell("streamlit:componentReady", { apiVersion: 1 });
