// Buckets that are destinations, and the test of one.
import { mutationOptions, queryOptions } from "@tanstack/react-query"
import { listS3Configs, testS3Config } from "../../../../schemas/api.ts"
import { call } from "../api.ts"
import { keys } from "./keys.ts"

export const bucketsQuery = () =>
  queryOptions({ queryKey: keys.buckets, queryFn: ({ signal }) => call(listS3Configs, {}, signal) })

export const testBucket = mutationOptions({
  mutationFn: (id: string) => call(testS3Config, { id }),
  onSettled: (_data, _error, _id, _result, { client }) => client.invalidateQueries({ queryKey: keys.status }),
})
