// What each sealed secret is for: sealed text is worth nothing in another place, not even in another row.

export const bucketPurpose = (id: string, key: "accessKeyId" | "secretAccessKey"): string => `s3:${id}:${key}`

export const serverPurpose = (name: string): string => `server:${name}:password`
