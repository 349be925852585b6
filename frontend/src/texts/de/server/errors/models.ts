import type { ErrorCode, Words } from './words'

const LOADING =
  'Prüfen Sie den Namen und die Revision; zu einem geschützten Modell gehört ein Token, und ohne Verbindung laden nur Modelle, die schon hier sind.'
const KNOWN_TYPE = 'Wählen Sie ein Modell, dessen Typ transformers von sich aus kennt.'
const AGAIN = 'Laden oder exportieren Sie das Modell neu.'

/** Modelle, die sich nicht laden oder nicht trainieren lassen. */
export default {
  'model-not-here': {
    message: '{{model}} ist nicht auf diesem Rechner, und der Hub ist nicht zu erreichen.',
    hint: 'Stellen Sie die Verbindung her und versuchen Sie es noch einmal, oder beginnen Sie mit starter:chat.',
  },
  'no-config-json': {
    message: '{{model}} hat keine config.json.',
    hint: 'Nennen Sie ein Modell für transformers; bei einem Adapter nennen Sie seine Basis.',
  },
  'no-safetensors': {
    message: '{{model}} hat keine Gewichte als safetensors.',
    hint: 'Gewichte als Pickle werden nie geladen. `save_pretrained` schreibt das Modell als safetensors.',
  },
  'unknown-model-type': {
    message: 'Modelle vom Typ „{{type}}“ kennt ModelForge nicht.',
    hint: 'Bekannte Typen: {{known}}, und Sprachmodelle, die wie Llama aufgebaut sind.',
  },
  'adapter-config-damaged': {
    message:
      'Die adapter_config.json des Adapters {{model}} ist kein JSON-Objekt; sie sagt sonst, was er ist und auf welchem Modell er steht. Gefunden: {{found}}.',
    hint: 'Kopieren oder laden Sie den Adapter neu; `save_pretrained` schreibt diese Datei.',
  },
  'adapter-does-not-fit': {
    message:
      'Der Adapter {{model}} lässt sich nicht so auf seine Basis setzen, wie es in seiner adapter_config.json steht ({{reason}}).',
    hint: 'Diese Datei muss von PEFT stammen und zu genau dieser Basis gehören. Kopieren oder laden Sie den Adapter neu, oder tragen Sie die richtige Basis in `base_model_name_or_path` ein.',
  },
  'adapter-without-base': {
    message:
      'Der Adapter {{model}} nennt kein Basismodell: `base_model_name_or_path` in seiner adapter_config.json fehlt, ist leer, kein Text oder dieser Ordner selbst.',
    hint: 'Schreiben Sie dort die Hub-ID oder den Ordner des Modells hinein, auf dem er trainiert wurde ("base_model_name_or_path": "owner/model"). Oder kopieren oder laden Sie den Adapter neu.',
  },
  'weights-damaged': {
    message: '{{file}} im Ordner {{folder}} ist beschädigt.',
    hint: 'Kopieren oder laden Sie die Datei neu; aus dem Zwischenspeicher des Hubs wird sie neu geholt, sobald sie dort gelöscht ist.',
  },
  'weights-in-other-form': {
    message:
      '{{model}} hat keine Gewichte in der Form, die transformers lädt ({{wanted}}), sondern {{found}}.',
    hint: 'Nennen Sie das Repository dieses Modells, das für transformers gespeichert wurde.',
  },
  'mixture-of-experts': {
    message:
      'Das Modell mischt {{experts}} Experten (Typ „{{type}}“); solche Modelle lassen sich noch nicht trainieren.',
    hint: 'Wählen Sie ein dichtes Modell, das keine Experten hat, etwa {{dense}}.',
  },
  'packing-mixes-rows': {
    message:
      'Für dieses Modell (Art {{type}}) lassen sich Zeilen nicht packen: Manche seiner Schichten tragen einen Zustand von Token zu Token, und so von jeder gepackten Zeile in die nächste.',
    hint: 'Schalten Sie das Packen ab (strategy.packing: false).',
  },
  'adapter-misses-states': {
    message:
      'Ein Modell der Art {{type}} hat Mamba-Schichten, deren out_proj und conv1d keine Adapter bekommen können, und lora.target_modules nennt diese oder alle linearen Schichten.',
    hint: 'Nennen Sie die Schichten, die Adapter bekommen sollen, etwa lora.target_modules: [{{modules}}], oder wählen Sie ein Modell ohne Mamba-Schichten, etwa {{dense}}.',
  },
  'quantised-already': {
    message:
      'Die Gewichte des Modells sind bereits quantisiert (mit {{method}}); was dabei verloren ging, lässt sich nicht trainieren.',
    hint: 'Nennen Sie das Repository, aus dem es quantisiert wurde (in der Modellkarte steht es als base_model), und setzen Sie quantization.bits: 4, um es in 4 Bit zu halten.',
  },
  'unknown-target-modules': {
    message: '{{model}} hat keine Schicht für einen Adapter, die so heißt: {{names}}.',
    hint: 'Es gibt {{known}}; lora.target_modules: all-linear nimmt alle linearen Schichten.',
  },
  'no-model-folder': {
    message: 'Einen Modellordner {{path}} gibt es nicht.',
    hint: 'Prüfen Sie den Pfad, oder nennen Sie eine ID des Hubs.',
  },
  'model-not-loaded': {
    message: 'Das Modell {{model}} ließ sich nicht laden: {{reason}}',
    hint: LOADING,
  },
  'tokenizer-not-loaded': {
    message: 'Der Tokenizer von {{model}} ließ sich nicht laden: {{reason}}',
    hint: LOADING,
  },
  'type-made-of-code': {
    message:
      '{{model}} lässt sich nicht laden: Sein Typ „{{type}}“ besteht aus Code vom Hub, und der wird hier nie ausgeführt.',
    hint: KNOWN_TYPE,
  },
  'type-not-in-transformers': {
    message: '{{model}} lässt sich nicht laden: Der Typ „{{type}}“ ist unbekannt.',
    hint: KNOWN_TYPE,
  },
  'head-writes-no-text': {
    message: '{{model}} wurde als {{architecture}} gespeichert, und das hat keinen Kopf, der Text schreibt.',
    hint: 'Wählen Sie ein Sprachmodell.',
  },
  'weights-of-other-architecture': {
    message: '{{model}} hat für das meiste in {{architecture}} keine Gewichte: {{parts}} …',
    hint: 'Die Gewichte gehören zu einem anderen Aufbau, als config.json nennt; exportieren Sie das Modell neu.',
  },
  'not-safetensors': {
    message: '{{file}} ist keine safetensors-Datei, was auch ihr Name sagt.',
    hint: 'Gewichte als Pickle werden nie geladen. `save_pretrained` schreibt das Modell als safetensors.',
  },
  'model-file-not-read': {
    message: '{{file}} ist nicht lesbar: {{reason}}.',
    hint: 'Nennen Sie einen Ordner, den `save_pretrained` geschrieben hat.',
  },
  'model-file-no-object': {
    message: '{{file}} enthält kein JSON-Objekt.',
    hint: AGAIN,
  },
  'model-config-lacks': {
    message:
      'In der config.json dieses Modells vom Typ „{{type}}“ fehlt etwas, oder ist nicht brauchbar: {{key}}.',
    hint: AGAIN,
  },
  'base-changed': {
    message:
      'Das Modell {{model}} ist nicht mehr das, mit dem dieser Lauf vorbereitet wurde: Zu jenem gehören seine Token, Zwischenstände und Werte.',
    hint: 'Stellen Sie dessen Dateien wieder her und setzen Sie den Lauf fort, oder beginnen Sie mit seiner recipe.yaml einen neuen.',
  },
  'adapter-base-gone': {
    message: 'Die Basis, auf der der Adapter {{model}} trainiert wurde, gibt es nicht mehr: {{base}}.',
    hint: 'Stellen Sie jenen Ordner wieder her, oder schreiben Sie den richtigen Pfad als `base_model_name_or_path` in die adapter_config.json.',
  },
  'adapter-head-of-other-size': {
    message:
      'Der Adapter in {{folder}} hat einen trainierten Kopf von anderer Größe, als diese Daten brauchen.',
    hint: 'Nehmen Sie Daten mit den Klassen, die er kennt, oder beginnen Sie mit seiner Basis.',
  },
  'adapter-into-fewer-bits': {
    message:
      '{{model}} ist ein Adapter; in eine quantisierte Basis eingerechnet, verlöre er etwas von dem, was er gelernt hat.',
    hint: '`modelforge merge {{model}}` macht ein Modell daraus, das sich dann quantisieren lässt; oder lassen Sie quantization.bits leer.',
  },
  'unsloth-takes-no-adapter': {
    message: '{{model}} ist ein Adapter, und unsloth würde ihn selbst weiter trainieren.',
    hint: 'Führen Sie ihn erst zusammen, mit `modelforge merge {{model}}`, oder setzen Sie provider: huggingface.',
  },
  'unsloth-not-importable': {
    message: 'unsloth ließ sich nicht importieren: {{reason}}',
    hint: 'Legen Sie seine Umgebung mit `make unsloth` neu an, oder setzen Sie provider: huggingface.',
  },
  'unsloth-not-loaded': {
    message: 'unsloth konnte {{model}} nicht laden: {{reason}}',
    hint: 'Für ein Modell, das unsloth nicht kennt, setzen Sie provider: huggingface.',
  },
} satisfies { [code in ErrorCode]?: Words }
