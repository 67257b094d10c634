// Runs before the first paint, so that a stored theme never flashes. A file of its own: the page's
// content security policy allows no inline script.
(function () {
  try {
    var theme = localStorage.getItem('weir.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  } catch {
    // Storage is switched off: the system's theme applies.
  }
})();
