import jsxA11y from 'eslint-plugin-jsx-a11y'
import reactHooks from 'eslint-plugin-react-hooks'
import tseslint from 'typescript-eslint'

/** What may not import what: rooms are entered from above, and one feature never reaches into another. */
const walls = [
  {
    files: ['src/lib/**', 'src/components/**'],
    patterns: ['@/features/*', '@/features/**', '@/app/*', '@/app/**'],
  },
  { files: ['src/features/**'], patterns: ['@/app/*', '@/app/**', '@/features/**'] },
]

export default tseslint.config(
  { ignores: ['node_modules', 'src/lib/api/schema.d.ts', '../modelforge/web/dist'] },
  ...tseslint.configs.recommended,
  { files: ['src/**/*.tsx'], ...jsxA11y.flatConfigs.recommended },
  reactHooks.configs.flat.recommended,
  {
    rules: {
      complexity: ['error', 12],
      'max-lines': ['error', 250],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'JSXAttribute[name.name="dangerouslySetInnerHTML"]',
          message: 'Content is never markup.',
        },
      ],
      'react-hooks/incompatible-library': 'off',
      'jsx-a11y/no-autofocus': 'off',
    },
  },
  ...walls.map(({ files, patterns }) => ({
    files,
    rules: { 'no-restricted-imports': ['error', { patterns }] },
  })),
  { files: ['src/texts/**', 'e2e/**'], rules: { 'max-lines': 'off' } },
)
