// Asks the Docker engine for images from a registry, and gives up quickly, once, where none answers.
import { spawn } from "node:child_process"

/** A registry that answers names the tag within this time; it may then take as long as the image needs. */
const firstWordSeconds = 8

let unreachable = false

/** Whether the image has been pulled. The reason why not is remembered for the whole process. */
export async function pull(image: string): Promise<boolean> {
  if (unreachable) return false
  const outcome = await attempt(image)
  if (outcome === "no answer" && !unreachable) {
    unreachable = true
    console.log("images: no registry answers here, so stand-ins are built from Debian's packages")
  }
  return outcome === "pulled"
}

function attempt(image: string): Promise<"pulled" | "no answer" | "refused"> {
  return new Promise((resolve) => {
    const child = spawn("docker", ["pull", image], { stdio: ["ignore", "pipe", "pipe"] })
    let answered = false
    let complaint = ""
    const timer = setTimeout(() => {
      if (!answered) child.kill("SIGKILL")
    }, firstWordSeconds * 1000)
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (!answered && text.includes("Pulling from")) {
        answered = true
        console.log(`images: pulling ${image}`)
      }
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      complaint += text
    })
    child.on("error", () => resolve("no answer"))
    child.on("close", (code) => {
      clearTimeout(timer)
      if (code === 0) return resolve("pulled")
      const missing = /manifest unknown|not found: manifest|does not exist|no matching manifest/i.test(
        complaint,
      )
      resolve(answered || missing ? "refused" : "no answer")
    })
  })
}
