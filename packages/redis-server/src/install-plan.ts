// Which command would bring a Redis server to this machine, and whether it may be run. Pure: the machine is described by the caller.

export interface Machine {
  platform: NodeJS.Platform;
  isRoot: boolean;
  /** `without-password` also when the password was given a moment ago; `with-password` only where someone can type it. */
  sudo: "without-password" | "with-password" | "none";
  /** True when the command exists on the PATH. */
  has: (command: string) => boolean;
}

export interface InstallPlan {
  /** What may be run, and what to say before; absent where the machine does not allow it. */
  run?: { command: string[]; explanation: string };
  /** What a person can do. */
  instructions: string;
}

interface PackageManager {
  name: string;
  platform: NodeJS.Platform;
  needsRoot: boolean;
  /** What a person would type. */
  byHand: string;
  /** What is run, by `sh -c`. */
  script: string;
}

// apt starts the service it installs and enables it at boot, which nobody asked for here. A policy file that exists only
// while the installation runs prevents the start. Should this script be killed, the file ends its own life on its next use.
const aptScript = `
set -u
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT TERM HUP
  printf '#!/bin/sh\\nkill -0 %s 2>/dev/null && exit 101\\nrm -f "$0"\\nexit 0\\n' "$$" > "$policy"
  chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
wait_for_lock='-o DPkg::Lock::Timeout=300'
install() { apt-get $wait_for_lock install -y --no-install-recommends redis-server; }
apt-get $wait_for_lock update
install || { sleep 5; apt-get $wait_for_lock update; install; } || exit 1
if [ -d /run/systemd/system ]; then systemctl disable redis-server.service; fi
exit 0
`;

const packageManagers: PackageManager[] = [
  {
    name: "apt-get",
    platform: "linux",
    needsRoot: true,
    byHand: "sudo apt-get install -y --no-install-recommends redis-server",
    script: aptScript,
  },
  {
    name: "dnf",
    platform: "linux",
    needsRoot: true,
    byHand: "sudo dnf install -y valkey     # or, on older systems, redis",
    script: "dnf install -y valkey || dnf install -y redis",
  },
  {
    name: "apk",
    platform: "linux",
    needsRoot: true,
    byHand: "sudo apk add redis     # or valkey",
    script: "apk add --no-cache redis || apk add --no-cache valkey",
  },
  {
    name: "pacman",
    platform: "linux",
    needsRoot: true,
    byHand: "sudo pacman -S --needed valkey",
    script: "pacman -S --needed --noconfirm valkey",
  },
  {
    name: "zypper",
    platform: "linux",
    needsRoot: true,
    byHand: "sudo zypper install valkey     # or redis",
    script: "zypper --non-interactive install valkey || zypper --non-interactive install redis",
  },
  { name: "brew", platform: "darwin", needsRoot: false, byHand: "brew install redis", script: "brew install redis" },
];

export function planInstallation(machine: Machine): InstallPlan {
  const manager = packageManagers.find(({ name, platform }) => platform === machine.platform && machine.has(name));
  const mayRun = manager && (!manager.needsRoot || machine.isRoot || machine.sudo !== "none");
  if (!manager || !mayRun) return { instructions: instructions(manager) };

  const withSudo = manager.needsRoot && !machine.isRoot;
  const shell = ["sh", "-c", manager.script];
  return {
    run: {
      command: withSudo ? ["sudo", ...(machine.sudo === "without-password" ? ["-n"] : []), ...shell] : shell,
      explanation: `Installing the system package by ${manager.name}${withSudo ? " with sudo" : ""}; no service is started or enabled by it.`,
    },
    instructions: instructions(manager),
  };
}

function instructions(manager: PackageManager | undefined): string {
  const choices = manager ? [manager] : packageManagers;
  const width = Math.max(...choices.map(({ name }) => name.length));
  return [
    "Install it and run the command again:",
    ...choices.map(({ name, byHand }) => `  ${name.padEnd(width)}  ${byHand}`),
    "or set REDIS_URL to a Redis (6.2 or later) or Valkey that runs already, e.g. REDIS_URL=redis://127.0.0.1:6379",
  ].join("\n");
}
