// Sets the theme before the first paint. A file of its own, loaded synchronously, because the page allows no inline script.
;(() => {
  const dark = matchMedia("(prefers-color-scheme: dark)")
  const chosen = () => {
    try {
      return localStorage.getItem("theme")
    } catch {
      return null // storage is blocked: follow the system
    }
  }
  const apply = () => {
    const choice = chosen()
    const theme = choice === "dark" || choice === "light" ? choice : dark.matches ? "dark" : "light"
    document.documentElement.dataset.theme = theme
  }
  apply()
  dark.addEventListener("change", apply)
  addEventListener("storage", apply)
  addEventListener("theme-chosen", apply)
})()
