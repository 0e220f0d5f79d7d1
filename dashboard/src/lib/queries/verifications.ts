// Stored backups checked again: what was found of one, what is asked for now, and asking for it.
import { type MutationFunctionContext, mutationOptions, queryOptions } from "@tanstack/react-query"
import {
  cancelVerification,
  listVerifications,
  verificationsOf,
  verifyBackup,
} from "../../../../schemas/api.ts"
import { call, type InputOf } from "../api.ts"
import { keys } from "./keys.ts"

export const verificationsQuery = (backupId: string) =>
  queryOptions({
    queryKey: keys.verificationsOf(backupId),
    queryFn: ({ signal }) => call(verificationsOf, { id: backupId }, signal),
  })

export const verificationTasksQuery = () =>
  queryOptions({
    queryKey: keys.verificationTasks,
    queryFn: ({ signal }) => call(listVerifications, {}, signal),
  })

const refreshed = (
  _data: unknown,
  _error: Error | null,
  _input: unknown,
  _result: unknown,
  { client }: MutationFunctionContext,
): Promise<unknown> => client.invalidateQueries({ queryKey: keys.verificationTasks })

export const verify = mutationOptions({
  mutationFn: (asked: InputOf<typeof verifyBackup>) => call(verifyBackup, asked),
  onSettled: refreshed,
})

export const cancelVerify = mutationOptions({
  mutationFn: (id: string) => call(cancelVerification, { id }),
  onSettled: refreshed,
})
