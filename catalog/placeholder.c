typedef int catalog_is_empty;
