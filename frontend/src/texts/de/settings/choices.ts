import data from '../data'

const MOMENT = { steps: 'Alle paar Schritte (steps)', epoch: 'Nach jedem Durchgang (epoch)', no: 'Nie (no)' }
const AUTO = { auto: 'Automatisch (auto)' }

/** Die Wahl bei Einstellungen, hinter der das Wort des Rezepts steht; was ein bloßer Name ist, fehlt. */
export default {
  task: {
    'text-generation': 'Text erzeugen',
    summarization: 'Zusammenfassen',
    'extractive-question-answering': 'Fragen beantworten (extraktiv)',
    'text-classification': 'Text einordnen',
    reward: 'Belohnungsmodell',
  },
  finetuning_type: { lora: 'Adapter (LoRA)', full: 'Alle Gewichte (full)' },
  strategy_name: {
    sft: 'Antworten nachahmen (SFT)',
    qlora: 'Nachahmen, 4-Bit-Basis (QLoRA)',
    dpo: 'Eine von zweien (DPO)',
    kto: 'Bewertete Antworten (KTO)',
    reward: 'Belohnungsmodell',
    rlhf: 'Belohnungen (RLHF)',
  },
  strategy_rewards: {
    exact_match: 'Genaue Treffer',
    regex: 'Muster (Regex)',
    json_schema: 'JSON nach Schema',
    length: 'Länge',
    python: 'Funktion in Python',
  },
  strategy_rewards_unit: { tokens: 'Token', words: 'Wörter', characters: 'Zeichen' },
  strategy_scale_rewards: { group: 'Gruppe (group)', batch: 'Batch (batch)', none: 'Gar nicht (none)' },
  data_shape: { ...AUTO, ...data.data.shape },
  data_truncation_mode: {
    keep_start: 'Den Anfang behalten (keep_start)',
    keep_end: 'Das Ende behalten (keep_end)',
    drop: 'Die Zeile auslassen (drop)',
  },
  lora_init_lora_weights: { default: 'Null (default)', gaussian: 'Null, gaußverteilt (gaussian)' },
  quantization_compute_dtype: AUTO,
  optimization_lr_scheduler_type: {
    linear: 'Linear fallend (linear)',
    cosine: 'Kosinus (cosine)',
    constant: 'Gleichbleibend (constant)',
    constant_with_warmup: 'Gleichbleibend nach Aufwärmen (constant_with_warmup)',
    polynomial: 'Polynom (polynomial)',
    inverse_sqrt: 'Kehrwert der Wurzel (inverse_sqrt)',
  },
  compute_device: { ...AUTO, cpu: 'CPU', cuda: 'NVIDIA-GPU (cuda)', mps: 'Apple-GPU (mps)' },
  compute_precision: AUTO,
  compute_attn_implementation: { ...AUTO, eager: 'Schritt für Schritt (eager)' },
  checkpointing_save_strategy: { ...MOMENT, no: 'Nur beim Anhalten (no)' },
  evaluation_eval_strategy: MOMENT,
  output_dtype: AUTO,
}
