// The dashboard's addresses, built in one place; and the id in the address of the page that is shown.
import { usePathname } from "wouter/use-browser-location"

const segment = encodeURIComponent

export const databasesPath = "/databases"
export const backupsPath = "/backups"
export const runsPath = "/runs"
export const restoresPath = "/restores"
export const schedulesPath = "/schedules"
export const destinationsPath = "/destinations"
export const settingsPath = "/settings"

export const databasePath = (id: string) => `/databases/${segment(id)}`
export const backupPath = (id: string) => `/backups/${segment(id)}`
export const restorePath = (id: string) => `/restores/${segment(id)}`
export const serverPath = (id: string) => `/servers/${segment(id)}`
export const runPath = (id: string) => `/runs/${segment(id)}`
export const runsOf = (serverId: string) => `/runs?server=${segment(serverId)}`
export const searchPath = (text: string) => (text === "" ? databasesPath : `/databases?q=${segment(text)}`)
export const historyOf = (databaseId: string) => `/backups?database=${segment(databaseId)}`

/** Where the API gives the bytes and the manifest of a backup. */
export const downloadUrl = (id: string) => `/api/backups/${segment(id)}/download`
export const manifestUrl = (id: string) => `/api/backups/${segment(id)}/manifest`

/**
 * The second segment of the address, decoded once. Read from the raw path because the router's own parameters
 * have already passed through decodeURI, and decoding those again would change an id that holds a percent sign.
 */
export function useIdInPath(): string {
  const raw = usePathname().split("/")[2] ?? ""
  try {
    return decodeURIComponent(raw)
  } catch {
    return raw
  }
}
