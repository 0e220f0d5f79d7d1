// What belongs to a PostgreSQL database itself, and is in no archive that is loaded under another name: who owns it, and its settings.

/** Statements, with the placeholder for its name. */
export function ownStatements({ owner, settings }: Record<string, string>): string[] {
  const alter = `alter database "<new database>"`
  return [
    ...(owner ? [`${alter} owner to ${identifier(owner)}`] : []),
    ...settingsIn(settings).map(([name, value]) => `${alter} set ${identifier(name)} to ${value}`),
  ]
}

// Their values are lists of names already, quoted where they must be.
const lists = ["search_path", "temp_tablespaces", "local_preload_libraries", "session_preload_libraries"]

/** As the server writes them, `name=value` each, the values as they stand in a statement. */
function settingsIn(text: string | undefined): (readonly [name: string, value: string])[] {
  const settings = text === undefined ? [] : (JSON.parse(text) as string[])
  return settings.map((setting) => {
    const at = setting.indexOf("=")
    const [name, value] = [setting.slice(0, at), setting.slice(at + 1)]
    return [name, lists.includes(name.toLowerCase()) ? value : literal(value)]
  })
}

const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`
const literal = (value: string) => {
  const quoted = `'${value.replaceAll("'", "''")}'`
  return value.includes("\\") ? `E${quoted.replaceAll("\\", "\\\\")}` : quoted
}
