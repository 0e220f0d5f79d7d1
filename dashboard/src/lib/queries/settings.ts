// Every setting in force, and what is wrong with the settings file.
import { queryOptions } from "@tanstack/react-query"
import { getSettings } from "../../../../schemas/api.ts"
import { call } from "../api.ts"
import { keys } from "./keys.ts"

export const settingsQuery = () =>
  queryOptions({ queryKey: keys.settings, queryFn: ({ signal }) => call(getSettings, {}, signal) })
