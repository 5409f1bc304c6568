/** Modes of a terminal, as termios(3) and stty(1) name them. */

export interface Termios {
  /** All modes that stty shows, by stty's name. */
  modes: Record<string, boolean>;
  /** Special characters by stty's name; undefined while disabled. */
  chars: Record<string, number | undefined>;
  min: number;
  time: number;
  speed: number;
}

/** As a fresh pty has them on Ubuntu after sshd applied the client's usual modes. */
export function defaultTermios(): Termios {
  return {
    modes: {
      parenb: false,
      parodd: false,
      cmspar: false,
      hupcl: false,
      cstopb: false,
      cread: true,
      clocal: false,
      crtscts: false,
      ignbrk: false,
      brkint: false,
      ignpar: false,
      parmrk: false,
      inpck: false,
      istrip: false,
      inlcr: false,
      igncr: false,
      icrnl: true,
      ixon: true,
      ixoff: false,
      iuclc: false,
      ixany: false,
      imaxbel: false,
      iutf8: true,
      opost: true,
      olcuc: false,
      ocrnl: false,
      onlcr: true,
      onocr: false,
      onlret: false,
      ofill: false,
      ofdel: false,
      isig: true,
      icanon: true,
      iexten: true,
      echo: true,
      echoe: true,
      echok: true,
      echonl: false,
      noflsh: false,
      xcase: false,
      tostop: false,
      echoprt: false,
      echoctl: true,
      echoke: true,
      flusho: false,
      extproc: false,
    },
    chars: {
      intr: 3,
      quit: 28,
      erase: 127,
      kill: 21,
      eof: 4,
      eol: undefined,
      eol2: undefined,
      swtch: undefined,
      start: 17,
      stop: 19,
      susp: 26,
      rprnt: 18,
      werase: 23,
      lnext: 22,
      discard: 15,
    },
    min: 1,
    time: 0,
    speed: 38400,
  };
}

export const copyTermios = (t: Termios): Termios => ({ ...t, modes: { ...t.modes }, chars: { ...t.chars } });
