typedef int signing_is_empty;
