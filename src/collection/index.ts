export { type Annotation, type CollectedArticle, isAnnotation, readCollectedArticle } from './article';
