package config

import "reflect"

// assign writes values that fit the types, as reader and environment make them, over what is there: sections and maps
// setting by setting, lists as a whole.
func assign(to reflect.Value, value any) {
	switch to.Kind() {
	case reflect.Pointer:
		if to.IsNil() {
			to.Set(reflect.New(to.Type().Elem()))
		}
		assign(to.Elem(), value)
	case reflect.Struct:
		for key, v := range value.(map[string]any) {
			assign(to.Field(fieldIndex(to.Type(), key)), v)
		}
	case reflect.Map:
		if to.IsNil() {
			to.Set(reflect.MakeMap(to.Type()))
		}
		for key, v := range value.(map[string]any) {
			item := reflect.New(to.Type().Elem()).Elem()
			if old := to.MapIndex(reflect.ValueOf(key)); old.IsValid() {
				item.Set(old)
			}
			assign(item, v)
			to.SetMapIndex(reflect.ValueOf(key), item)
		}
	case reflect.Slice:
		list := value.([]any)
		to.Set(reflect.MakeSlice(to.Type(), len(list), len(list)))
		for i, v := range list {
			assign(to.Index(i), v)
		}
	default:
		to.Set(reflect.ValueOf(value))
	}
}
