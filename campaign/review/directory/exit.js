(function () {
  "use strict";
  var button = document.getElementById("exit");
  var presses = [];
  function leave(event) {
    if (event) event.preventDefault();
    // Empty at once, however slow the network is.
    document.title = "";
    document.documentElement.hidden = true;
    // In place of this page in the history, so that "back" does not bring it up again.
    location.replace(button.href);
  }
  button.addEventListener("click", leave);
  document.addEventListener("keydown", function (event) {
    if (event.key !== "Escape") {
      presses = [];
      return;
    }
    presses.push(event.timeStamp);
    presses = presses.slice(-3);
    if (presses.length === 3 && presses[2] - presses[0] < 5000) leave();
  });
})();
