import type { Schemas } from '@/lib/api/client'

/** Was zu ändern ist, wenn ein Lauf nicht in den Speicher passt. */
export default {
  'smaller-batch': '{{set}} setzen (dieselben Schritte, etwas langsamer): {{gib}} GiB.',
  'smaller-evaluation': '{{set}} setzen (dieselben Zahlen, langsamer): {{gib}} GiB.',
  'gradient-checkpointing': '{{set}} setzen (ein Drittel mehr Zeit): {{gib}} GiB.',
  adapters: '{{set}} setzen (Adapter statt aller Gewichte): {{gib}} GiB.',
  'four-bits': '{{set}} setzen (eine etwas ungenauere Basis; braucht bitsandbytes): {{gib}} GiB.',
  'shorter-rows': '{{set}} setzen (längere Zeilen werden gekürzt): {{gib}} GiB.',
  'too-large':
    'Auch mit all dem passt es nicht: Wählen Sie ein kleineres Modell, oder geben Sie Speicher auf dem Gerät frei.',
} satisfies Record<Schemas['Advice']['code'], string>
