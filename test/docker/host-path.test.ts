// A path of a process in a container is one of the host's only by what is mounted into it.
import { expect, test } from "bun:test"
import { containerIn, mountedFrom } from "../../controller/docker/host-path.ts"

const id = "4f".repeat(32)

test("a process in a container finds its id by the files that the engine has mounted there", () => {
  const docker = `1084 1062 8:1 /var/lib/docker/containers/${id}/hostname /etc/hostname rw,relatime - ext4 /dev/sda1 rw`
  const podman = `700 690 0:40 /containers/overlay-containers/${id}/userdata/hosts /etc/hosts rw - tmpfs tmpfs rw`
  const own = "600 590 0:39 / / rw,relatime - overlay overlay rw"
  expect(containerIn(`${own}\n${docker}\n`)).toBe(id)
  expect(containerIn(`${own}\n${podman}\n`)).toBe(id)
})

test("one on a machine that runs containers is in none of them", () => {
  const machine = `90 30 0:50 / /var/lib/docker/containers/${id}/mounts/shm rw - tmpfs shm rw
24 30 0:22 / /proc rw,nosuid - proc proc rw
25 30 8:1 / /etc/hostname rw - ext4 /dev/sda1 rw`
  expect(containerIn(machine)).toBeNull()
  expect(containerIn("")).toBeNull()
})

test("the nearest mount decides, and one that cannot be written to is none", () => {
  const mounts = [
    { Source: "/var/lib/docker/volumes/data/_data", Destination: "/app/data", RW: true },
    { Source: "/mnt/state", Destination: "/app/data/state", RW: true },
    { Source: "/etc/app", Destination: "/app/config", RW: false },
  ]
  expect(mountedFrom(mounts, "/app/data/pipes")).toBe("/var/lib/docker/volumes/data/_data/pipes")
  expect(mountedFrom(mounts, "/app/data/state/pipes")).toBe("/mnt/state/pipes")
  expect(mountedFrom(mounts, "/app/data")).toBe("/var/lib/docker/volumes/data/_data")
  expect(mountedFrom(mounts, "/app/database")).toBeNull()
  expect(mountedFrom(mounts, "/app/config/pipes")).toBeNull()
  expect(mountedFrom([{ Source: "/", Destination: "/", RW: true }], "/x/y")).toBe("/x/y")
})
